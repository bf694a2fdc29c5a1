package io.nomen.clip;

import static io.nomen.clip.ClipCheckpointTest.assertInput;
import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.tensor.Precision;
import io.nomen.testing.Shared;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PickleCheckpointTest {
  private static final String FILE = "pytorch_model.bin";

  @TempDir Path folder;

  /** Files of torch.save of both kinds; see the resource's name. */
  @ParameterizedTest
  @ValueSource(strings = {"small_zip.bin", "small_legacy.bin"})
  void reads_both_formats_of_torch_save(String resource) throws Exception {
    PickleCheckpoint file = open(Goldens.resource(resource));
    assertThat(file.read("a")).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    assertThat(file.tensors().get("a_t").shape()).containsExactly(4, 3);
    assertThat(file.read("a_t")).containsExactly(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
    assertThat(file.read("a_row")).containsExactly(4, 5, 6, 7);
    assertThat(file.read("h")).containsExactly(1.5f, -2f, 0x1p-24f);
    assertThat(file.read("b")).containsExactly(-1.25f);
    assertThat(file.read("empty")).isEmpty();
    assertThat(file.tensors().get("ids").type().isFloat()).isFalse();
  }

  @Test
  void a_pickled_checkpoint_gives_bit_identical_embeddings() throws Exception {
    Path reference = Shared.data("clip-reference");
    for (String file :
        List.of("config.json", "preprocessor_config.json", "vocab.json", "merges.txt")) {
      Files.copy(reference.resolve(file), folder.resolve(file));
    }
    Files.copy(Shared.data("clip-reference-pickle").resolve(FILE), folder.resolve(FILE));
    ClipCheckpoint pickled = ClipCheckpoint.open(Goldens.STORAGE, folder.toString());
    ClipCheckpoint safe = ClipCheckpoint.open(Goldens.STORAGE, reference.toString());
    assertThat(pickled.model().digest()).isNotEqualTo(safe.model().digest());
    List<int[]> tokens = List.of(pickled.tokenizer().encode("a photo of a dog."));
    assertThat(Goldens.encoder(pickled, Precision.FP32).encodeTexts(tokens))
        .isEqualTo(Goldens.encoder(safe, Precision.FP32).encodeTexts(tokens));
    java.nio.ByteBuffer picture = java.nio.ByteBuffer.allocateDirect(224 * 224 * 3);
    new java.util.Random(3).ints(picture.capacity()).forEach(v -> picture.put((byte) v));
    picture.flip();
    assertThat(Goldens.encoder(pickled, Precision.FP32).encodeImages(picture, 1))
        .isEqualTo(Goldens.encoder(safe, Precision.FP32).encodeImages(picture, 1));
  }

  @Test
  void a_folder_with_the_pickle_and_nothing_but_its_configuration_opens() {
    ClipCheckpoint bare =
        ClipCheckpoint.open(Goldens.STORAGE, Shared.data("clip-reference-pickle").toString());
    assertThat(bare.model().projectionWidth()).isEqualTo(64);
    assertInput(bare::tokenizer, "has no tokenizer.json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "os.system",
        "posix.system",
        "builtins.eval",
        "__builtin__.eval",
        "builtins.getattr",
        "torch.load",
        "torch._utils._rebuild_tensor_v3",
        "torch.hub.load",
        "some.package.Model"
      })
  void any_other_name_is_refused_by_that_name(String name) throws Exception {
    int dot = name.lastIndexOf('.');
    String module = name.substring(0, dot);
    String function = name.substring(dot + 1);
    String call = "\u0080\u0002c" + module + "\n" + function + "\n(X\u0004\0\0\0echotR.";
    assertInput(() -> open(zip(call)), "names " + name);
    assertInput(() -> open(latin(call)), "names " + name);
    String stacked =
        "\u0080\u0004\u008c"
            + (char) module.length()
            + module
            + "\u008c"
            + (char) function.length()
            + function
            + "\u0093)R.";
    assertInput(() -> open(zip(stacked)), "names " + name);
  }

  @Test
  void objects_and_instances_are_refused() throws Exception {
    assertInput(() -> open(zip("\u0080\u0002ccollections\nOrderedDict\n)\u0081.")), "opcode 0x81");
    assertInput(() -> open(zip("(i__main__\nX\n.")), "opcode 0x69");
    assertInput(() -> open(zip("\u0080\u0002ccollections\nOrderedDict\n}b.")), "not a dictionary");
    assertInput(() -> open(zip("\u0080\u0002X\u0001\0\0\0aQ.")), "a storage that is not described");
  }

  @Test
  void lies_about_sizes_are_refused() throws Exception {
    String type = "ctorch\nFloatStorage\n";
    String storage = "(X\u0007\0\0\0storage" + type + "X\u0001\0\0\u00000X\u0003\0\0\0cpuK\u0004tQ";
    String rebuild = "ctorch._utils\n_rebuild_tensor_v2\n";
    assertInput(
        () ->
            open(
                zip(
                    "}X\u0001\0\0\0a"
                        + rebuild
                        + "("
                        + storage
                        + "K\u0000K\u0005\u0085K\u0001\u0085\u0089NtRs.")),
        "reaches beyond its storage");
    assertInput(
        () ->
            open(
                zip(
                    "}X\u0001\0\0\0a"
                        + rebuild
                        + "("
                        + storage
                        + "K\u0000K\u0004\u0085K\u0001\u0085\u0089NtRs.")),
        "it lacks storage 0");
    assertInput(() -> open(zip("}X\u0001\0\0\0a")), "cut short");
    assertInput(() -> open(zip("X\u00ff\u00ff\u00ff\u00ff")), "a text of 4294967295 bytes");
    assertInput(() -> open(zip("N".repeat(3_000_000))), "more than 2000000 opcodes");
    assertInput(() -> open(zip("]q\0h\0a0h\0h\0\u0093.")), "a name that is no text");
  }

  @Test
  void damaged_zips_are_refused() throws Exception {
    byte[] whole = Goldens.resource("small_zip.bin");
    assertInput(
        () -> open(java.util.Arrays.copyOf(whole, whole.length / 2)), "no whole zip directory");
    assertInput(() -> open(latin("PK\3\4")), "no whole zip directory");
    assertInput(() -> open(new byte[0]), "too short to be a checkpoint");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("archive/data.pkl"));
      zip.write(new byte[1000]);
    }
    assertInput(() -> open(bytes.toByteArray()), "is compressed");
  }

  private PickleCheckpoint open(byte[] bytes) throws IOException {
    Files.write(folder.resolve(FILE), bytes);
    return PickleCheckpoint.open(CheckpointFiles.of(Goldens.STORAGE, folder.toString()), FILE);
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] zip(String pickle) throws IOException {
    byte[] content = latin(pickle);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      ZipEntry entry = new ZipEntry("archive/data.pkl");
      CRC32 crc = new CRC32();
      crc.update(content);
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(content.length);
      entry.setCrc(crc.getValue());
      zip.putNextEntry(entry);
      zip.write(content);
    }
    return bytes.toByteArray();
  }
}
