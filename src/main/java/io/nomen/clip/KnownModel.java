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
 * @param folder address that the file names are added to, ending with a slash
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
   * The list. No digest has been seen yet, so every entry is unverified, and {@link ModelPull} asks
   * for the digest of the weights.
   */
  public static final List<KnownModel> LIST =
      List.of(
          huggingFace("openai/clip-vit-base-patch32"),
          huggingFace("openai/clip-vit-base-patch16"),
          huggingFace("openai/clip-vit-large-patch14"),
          huggingFace("openai/clip-vit-large-patch14-336"),
          huggingFace("laion/CLIP-ViT-B-32-laion2B-s34B-b79K"),
          huggingFace("laion/CLIP-ViT-H-14-laion2B-s32B-b79K"));

  /** The entry called {@code name}. */
  public static KnownModel named(String name) {
    return LIST.stream()
        .filter(m -> m.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                NomenException.usage(
                    "There is no known model \"%s\"; known are %s, and any folder with a Hugging Face CLIP checkpoint can be given to --model."
                        .formatted(
                            name,
                            LIST.stream()
                                .map(KnownModel::name)
                                .collect(Collectors.joining(", ")))));
  }

  /** Whether the weights' digest is in the list. */
  public boolean verified() {
    return files.stream().filter(RemoteFile::weights).allMatch(f -> f.sha256().isPresent());
  }

  private static KnownModel huggingFace(String name) {
    return new KnownModel(
        name,
        URI.create("https://huggingface.co/" + name + "/resolve/main/"),
        List.of(
            RemoteFile.unseen(false, false, "config.json"),
            RemoteFile.unseen(true, false, "preprocessor_config.json"),
            RemoteFile.unseen(true, false, "tokenizer.json"),
            RemoteFile.unseen(true, false, "vocab.json"),
            RemoteFile.unseen(true, false, "merges.txt"),
            RemoteFile.unseen(false, true, "model.safetensors", "pytorch_model.bin")));
  }
}
