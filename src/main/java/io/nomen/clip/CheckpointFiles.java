package io.nomen.clip;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.safetensors.SafetensorsReader;
import io.nomen.store.Storage;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The files of a checkpoint: a folder on any Hadoop file system, or the bundled model. */
sealed interface CheckpointFiles extends Serializable {
  /** The word for the bundled model. */
  String BUNDLED = "tiny";

  Pattern HUB_NAME = Pattern.compile("[A-Za-z0-9][\\w.-]*/[A-Za-z0-9][\\w.-]*");

  /** How the text begins that stands for a file which Git LFS has not fetched. */
  String LFS_POINTER = "version https://git-lfs.github.com/spec/v1";

  static CheckpointFiles of(Storage storage, String location) {
    return location.equals(BUNDLED) ? new Bundled() : Folder.list(storage, location);
  }

  /** What messages call the checkpoint. */
  String name();

  /** Bytes of the file, or nothing where it is not there. */
  Optional<Long> length(String file);

  /** Changes when one of these files does: their places, lengths and times. */
  String state(List<String> files);

  /** A stream of {@code file} that begins at {@code position}. */
  InputStream open(String file, long position);

  /** {@code length} bytes of {@code file} from {@code position} on. */
  default byte[] read(String file, long position, int length) {
    try (InputStream in = open(file, position)) {
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new EOFException("it ends early");
      }
      return bytes;
    } catch (IOException e) {
      throw NomenException.input(
          "Cannot read %d bytes at %d of %s/%s: %s."
              .formatted(length, position, name(), file, e.getMessage()),
          e);
    }
  }

  /** The file for a reader of its own format. */
  default SafetensorsReader.Source source(String file) {
    CheckpointFiles files = this;
    return new SafetensorsReader.Source() {
      @Override
      public String name() {
        return files.name() + "/" + file;
      }

      @Override
      public long length() {
        return files.length(file).orElseThrow();
      }

      @Override
      public InputStream open(long position) {
        return files.open(file, position);
      }
    };
  }

  default boolean has(String file) {
    return length(file).isPresent();
  }

  /** The whole of a small text file, at most {@code limit} bytes. */
  default String text(String file, int limit) {
    long length =
        length(file)
            .orElseThrow(
                () ->
                    NomenException.input(
                        "%s has no %s; give the folder of a checkpoint in Hugging Face's or open_clip's layout, or \"tiny\"."
                            .formatted(name(), file)));
    if (length > limit) {
      throw NomenException.input(
          "%s/%s has %d bytes, more than the %d that such a file may have."
              .formatted(name(), file, length, limit));
    }
    return new String(read(file, 0, (int) length), StandardCharsets.UTF_8);
  }

  /** A sentence on a folder without a configuration that Nomen reads. */
  default String whatItIs() {
    if (has("modules.json")) {
      return "%s is in the layout of sentence-transformers; give the folder inside it that holds the CLIP itself (0_CLIPModel)."
          .formatted(name());
    }
    if (has("open_clip_model.safetensors") || has("open_clip_pytorch_model.bin")) {
      return "%s has open_clip's weights but no open_clip_config.json, without which nobody knows their activation; fetch it beside them."
          .formatted(name());
    }
    return "%s has no config.json and no open_clip_config.json; give the folder of a Hugging Face or open_clip checkpoint, or \"tiny\"."
        .formatted(name());
  }

  /** A folder; listed once, so that questions cost no request. */
  record Folder(Storage storage, String uri, HashMap<String, Long> lengths)
      implements CheckpointFiles {
    static Folder list(Storage storage, String location) {
      String qualified = storage.qualify(location);
      String uri =
          qualified.endsWith("/") ? qualified.substring(0, qualified.length() - 1) : qualified;
      List<Storage.Entry> entries = storage.list(uri);
      if (entries.stream().anyMatch(e -> e.folder() && e.name().equals("snapshots"))) {
        return list(storage, snapshot(storage, uri));
      }
      HashMap<String, Long> lengths = new HashMap<>();
      entries.stream().filter(e -> !e.folder()).forEach(e -> lengths.put(e.name(), e.length()));
      Folder folder = new Folder(storage, uri, lengths);
      if (!lengths.containsKey(Architecture.HUGGING_FACE)
          && !lengths.containsKey(Architecture.OPEN_CLIP)) {
        folder
            .otherLayout(location)
            .ifPresent(
                sentence -> {
                  throw NomenException.input(sentence);
                });
      }
      folder.requireFetched();
      return folder;
    }

    /** What a folder without a checkpoint is instead, and where or how there is one. */
    private Optional<String> otherLayout(String location) {
      List<String> folders =
          storage.list(uri).stream()
              .filter(Storage.Entry::folder)
              .map(Storage.Entry::name)
              .toList();
      for (String inside : folders) {
        Map<String, Long> names =
            storage.list(uri + "/" + inside).stream()
                .filter(e -> !e.folder())
                .collect(Collectors.toMap(Storage.Entry::name, Storage.Entry::length));
        if (names.containsKey("config.json")) {
          return Optional.of(
              "%s holds no checkpoint itself%s; the one in it is %s/%s."
                  .formatted(
                      location,
                      lengths.containsKey("modules.json")
                          ? " but is in the layout of sentence-transformers"
                          : "",
                      name(),
                      inside));
        }
      }
      if (lengths.isEmpty() && folders.isEmpty() && HUB_NAME.matcher(location).matches()) {
        return Optional.of(
            KnownModel.LIST.stream().anyMatch(m -> m.name().equals(location))
                ? "%s is a name, and no folder is called so here; fetch it with ./nomen model pull %s --output DIR and give DIR."
                    .formatted(location, location)
                : "%s looks like a name on Hugging Face's hub, and no folder is called so here; fetch it with any of their tools and give its folder."
                    .formatted(location));
      }
      return lengths.isEmpty()
          ? Optional.of(
              "%s is not a folder with files; give the folder of a checkpoint in Hugging Face's or open_clip's layout, or \"tiny\"."
                  .formatted(location))
          : Optional.empty();
    }

    /** Git without its extension for large files leaves a few lines of text in their place. */
    private void requireFetched() {
      for (Map.Entry<String, Long> file : lengths.entrySet()) {
        boolean small = file.getValue() >= LFS_POINTER.length() && file.getValue() < 1024;
        if (small
            && new String(read(file.getKey(), 0, LFS_POINTER.length()), StandardCharsets.UTF_8)
                .equals(LFS_POINTER)) {
          throw NomenException.input(
              "%s/%s is a pointer of Git LFS and not the file itself; run git lfs pull in that folder (after git lfs install)."
                  .formatted(name(), file.getKey()));
        }
      }
    }

    /** The folder of files in a model's folder of Hugging Face's cache. */
    private static String snapshot(Storage storage, String uri) {
      List<Storage.Entry> snapshots =
          storage.list(uri + "/snapshots").stream().filter(Storage.Entry::folder).toList();
      String main = uri + "/refs/main";
      String current = storage.readTextIfThere(main).orElse("").strip();
      return snapshots.stream()
          .filter(e -> e.name().equals(current) || snapshots.size() == 1)
          .findFirst()
          .map(Storage.Entry::uri)
          .orElseThrow(
              () ->
                  NomenException.input(
                      "%s is a model's folder in Hugging Face's cache with %d snapshots, none of which refs/main names; give one of %s/snapshots."
                          .formatted(uri, snapshots.size(), uri)));
    }

    @Override
    public String name() {
      return uri.startsWith("file:") ? Storage.path(uri).toUri().getPath() : uri;
    }

    @Override
    public Optional<Long> length(String file) {
      return Optional.ofNullable(lengths.get(file));
    }

    @Override
    public String state(List<String> files) {
      return files.stream()
          .map(
              file ->
                  RootLocale.format(
                      "%s %d %s",
                      file, lengths.get(file), storage.modified(uri + "/" + file).orElseThrow()))
          .collect(Collectors.joining(", ", uri + ": ", ""));
    }

    @Override
    public InputStream open(String file, long position) {
      return storage.open(uri + "/" + file, position);
    }
  }

  /** The model inside the jar; small, so files are held whole while a checkpoint is open. */
  record Bundled(HashMap<String, byte[]> held) implements CheckpointFiles {
    Bundled() {
      this(new HashMap<>());
    }

    @Override
    public String name() {
      return BUNDLED;
    }

    @Override
    public Optional<Long> length(String file) {
      return bytes(file).map(b -> (long) b.length);
    }

    @Override
    public String state(List<String> files) {
      return BUNDLED;
    }

    @Override
    public InputStream open(String file, long position) {
      byte[] bytes = bytes(file).orElseThrow();
      int from = Math.toIntExact(position);
      return new ByteArrayInputStream(bytes, from, bytes.length - from);
    }

    private synchronized Optional<byte[]> bytes(String file) {
      return Optional.ofNullable(held.computeIfAbsent(file, Bundled::load));
    }

    private static byte[] load(String file) {
      try (InputStream in = CheckpointFiles.class.getResourceAsStream("tiny/" + file)) {
        return in == null ? null : in.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
