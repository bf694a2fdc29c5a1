package io.nomen.clip;

import io.nomen.NomenException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * A checkpoint that {@code nomen model pull} knows where to fetch.
 *
 * @param folder address that the file names are added to, ending with a slash; of one revision
 * @param files what a checkpoint needs
 */
public record KnownModel(String name, URI folder, List<RemoteFile> files) {
  /**
   * One file of a checkpoint.
   *
   * @param names its names, the best first: the next is asked for where one is not there
   * @param weights whether it is the file with the weights
   * @param size bytes, where someone on the project has seen the file
   * @param sha256 its digest, where someone on the project has seen the file
   */
  public record RemoteFile(
      List<String> names,
      boolean optional,
      boolean weights,
      OptionalLong size,
      Optional<String> sha256) {
    static RemoteFile unseen(boolean optional, boolean weights, String... names) {
      return new RemoteFile(
          List.of(names), optional, weights, OptionalLong.empty(), Optional.empty());
    }
  }

  /**
   * The list, best quality for the time first. Each is pinned to a revision of the hub, whose files
   * never change.
   */
  public static final List<KnownModel> LIST =
      List.of(
          openClip(
              "laion/CLIP-ViT-B-32-256x256-DataComp-s34B-b86K",
              "4afec35ffe57a943d569ff7ee888061830164da8"),
          huggingFace(
              "laion/CLIP-ViT-B-32-laion2B-s34B-b79K", "1a25a446712ba5ee05982a381eed697ef9b435cf"),
          huggingFace(
              "laion/CLIP-ViT-L-14-DataComp.XL-s13B-b90K",
              "84c9828e63dc9a9351d1fe637c346d4c1c4db341"),
          huggingFace(
              "laion/CLIP-ViT-H-14-laion2B-s32B-b79K", "1c2b8495b28150b8a4922ee1c8edee224c284c0c"),
          huggingFace("google/siglip-base-patch16-224", "7fd15f0689c79d79e38b1c2e2e2370a7bf2761ed"),
          huggingFace(
              "google/siglip2-base-patch16-224", "75de2d55ec2d0b4efc50b3e9ad70dba96a7b2fa2"),
          openClip("timm/PE-Core-B-16", "0038414f37721c5eafc1a5e0da802d291c909de3"),
          openClip("timm/PE-Core-L-14-336", "8eff41b3f687e50a323662c2dda5eb3588c6dd35"),
          openClip(
              "timm/eva02_large_patch14_clip_224.merged2b_s4b_b131k",
              "bf4190eb65dd5204ffb03e980108beb1200e0873"),
          huggingFace("facebook/dinov2-small", "ed25f3a31f01632728cabb09d1542f84ab7b0056"),
          huggingFace("facebook/dinov2-base", "f9e44c814b77203eaa57a6bdbbd535f21ede1415"),
          huggingFace("openai/clip-vit-base-patch32", "3d74acf9a28c67741b2f4f2ea7635f0aaf6f0268"),
          huggingFace("openai/clip-vit-base-patch16", "57c216476eefef5ab752ec549e440a49ae4ae5f3"),
          huggingFace("openai/clip-vit-large-patch14", "32bd64288804d66eefd0ccbe215aa642df71cc41"),
          huggingFace(
              "openai/clip-vit-large-patch14-336", "ce19dc912ca5cd21c8a653c79e251e808ccabcd1"));

  /** The entry called {@code name}. */
  public static KnownModel named(String name) {
    return LIST.stream()
        .filter(m -> m.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                NomenException.usage(
                    "There is no known model \"%s\"; known are %s, and any folder with a Hugging Face or open_clip checkpoint can be given to --model."
                        .formatted(
                            name,
                            LIST.stream()
                                .map(KnownModel::name)
                                .collect(Collectors.joining(", ")))));
  }

  private static KnownModel openClip(String name, String revision) {
    return new KnownModel(
        name,
        URI.create("https://huggingface.co/" + name + "/resolve/" + revision + "/"),
        List.of(
            RemoteFile.unseen(false, false, "open_clip_config.json"),
            RemoteFile.unseen(true, false, "tokenizer.json"),
            RemoteFile.unseen(true, false, "tokenizer_config.json"),
            RemoteFile.unseen(true, false, "vocab.json"),
            RemoteFile.unseen(true, false, "merges.txt"),
            RemoteFile.unseen(
                false, true, "open_clip_model.safetensors", "open_clip_pytorch_model.bin")));
  }

  private static KnownModel huggingFace(String name, String revision) {
    return new KnownModel(
        name,
        URI.create("https://huggingface.co/" + name + "/resolve/" + revision + "/"),
        List.of(
            RemoteFile.unseen(false, false, "config.json"),
            RemoteFile.unseen(true, false, "preprocessor_config.json"),
            RemoteFile.unseen(true, false, "tokenizer.json"),
            RemoteFile.unseen(true, false, "tokenizer_config.json"),
            RemoteFile.unseen(true, false, "vocab.json"),
            RemoteFile.unseen(true, false, "merges.txt"),
            RemoteFile.unseen(true, false, "spiece.model"),
            RemoteFile.unseen(false, true, "model.safetensors", "pytorch_model.bin")));
  }
}
