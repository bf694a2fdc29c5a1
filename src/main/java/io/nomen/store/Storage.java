package io.nomen.store;

import io.nomen.NomenException;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BlockLocation;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.io.IOUtils;

/**
 * The one place where files are reached, through Hadoop's file systems ({@code file:}, {@code
 * hdfs:}, {@code s3a:}, {@code gs:}, …). Travels to executors with its configuration.
 *
 * <p>Callers need no rename: small files are replaced as a whole by whatever the store does best,
 * and large ones go straight to their final names.
 */
public final class Storage implements Serializable {
  private static final long serialVersionUID = 1L;

  /** {@code scheme://name:password@}; a secret may hold slashes, which no parser takes for one. */
  private static final Pattern PASSWORD =
      Pattern.compile("(\\b[A-Za-z][A-Za-z0-9+.-]*://)[^\\s/@:]*:(?!\\d{1,5}(?:/|$))[^\\s@]*@");

  private static final Pattern GLOB = Pattern.compile("[*?\\[{]");

  /** Where a rename takes the place of a file in one step; on object stores a write does. */
  private static final Set<String> ATOMIC_RENAME = Set.of("hdfs", "abfs", "abfss");

  /** As many as HDFS keeps copies of a block. */
  private static final int MOST_HOSTS = 3;

  /** They know of no machines, and would be asked for every file all the same. */
  private static final Pattern OBJECT_STORES =
      Pattern.compile("s3[an]?|gs|abfss?|wasbs?|oss|obs|cosn");

  /** How often a file may be replaced while it is read. */
  private static final int TRIES = 5;

  private transient Configuration configuration;
  private transient Configuration local;

  public Storage(Configuration configuration) {
    this.configuration = new Configuration(configuration);
    this.local = forLocalFiles(configuration);
  }

  /** Local files without Hadoop's .crc companions: people look into these folders. */
  private static Configuration forLocalFiles(Configuration configuration) {
    Configuration local = new Configuration(configuration);
    local.set("fs.file.impl", LocalFiles.class.getName());
    // Hadoop caches file systems by scheme alone: the cache must not hand out the other kind.
    local.setBoolean("fs.file.impl.disable.cache", true);
    return local;
  }

  /** What a folder holds: one file or folder. */
  public record Entry(String uri, String name, long length, boolean folder) {}

  /**
   * Hadoop's settings for {@code uri}. Only local files see the class {@link LocalFiles}: S3A
   * buffers on the local disk too, and looks for classes in its own jar's class loader, which does
   * not know the jar that spark-submit was given.
   */
  public Configuration configuration(String uri) {
    return isLocal(path(uri).toUri()) ? local : configuration;
  }

  /** Without a scheme, as Hadoop takes it, in the default file system. */
  private boolean isLocal(URI uri) {
    String scheme = uri.getScheme();
    return "file"
        .equals(scheme == null ? FileSystem.getDefaultUri(configuration).getScheme() : scheme);
  }

  /** The file system of {@code uri}, for listings that this class does not cover. */
  public FileSystem fileSystem(String uri) {
    try {
      return path(uri).getFileSystem(configuration(uri));
    } catch (UnsupportedFileSystemException e) {
      throw StorageFailure.unknown(uri, e);
    } catch (IOException e) {
      throw StorageFailure.cannot("reach", uri, e);
    } catch (RuntimeException e) {
      // Hadoop's word for a configured file system whose jar is missing.
      if (e.getCause() instanceof ClassNotFoundException) {
        throw StorageFailure.unknown(uri, e);
      }
      throw e;
    }
  }

  /** Absolute URI of a path as a user typed it; a path without a scheme is a local one. */
  public String qualify(String uri) {
    Path path = path(uri);
    if (path.toUri().getScheme() == null) {
      return new Path(java.nio.file.Path.of(uri).toAbsolutePath().normalize().toUri()).toString();
    }
    // What globs give has the authority; a folder must have one name.
    return isLocal(path.toUri()) || path.toUri().getAuthority() != null
        ? path.toString()
        : fileSystem(uri).makeQualified(path).toString();
  }

  public FSDataInputStream open(String uri) {
    try {
      return fileSystem(uri).open(path(uri));
    } catch (IOException e) {
      throw StorageFailure.cannot("read", uri, e);
    }
  }

  /** A stream of {@code uri} that begins at {@code position}. */
  public InputStream open(String uri, long position) {
    FSDataInputStream in = open(uri);
    try {
      in.seek(position);
      return in;
    } catch (IOException e) {
      IOUtils.closeStream(in);
      throw StorageFailure.cannot("read", uri, e);
    }
  }

  /** How many bytes the file {@code uri} has. */
  public long length(String uri) {
    try {
      return fileSystem(uri).getFileStatus(path(uri)).getLen();
    } catch (IOException e) {
      throw StorageFailure.cannot("read", uri, e);
    }
  }

  /**
   * The machines that hold the file {@code uri}, those with most of it first: a hint, and nothing
   * where the store tells of none, as object stores do.
   */
  public List<String> hosts(String uri) {
    String scheme = String.valueOf(path(uri).toUri().getScheme());
    if (isLocal(path(uri).toUri()) || OBJECT_STORES.matcher(scheme).matches()) {
      return List.of();
    }
    Map<String, Long> bytes = new HashMap<>();
    try {
      for (BlockLocation block :
          fileSystem(uri).getFileBlockLocations(path(uri), 0, Long.MAX_VALUE)) {
        for (String host : block.getHosts()) {
          bytes.merge(host, block.getLength(), Long::sum);
        }
      }
    } catch (IOException e) {
      return List.of();
    }
    // What file systems answer that know of no machines.
    bytes.remove("localhost");
    return bytes.entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey)
        .limit(MOST_HOSTS)
        .toList();
  }

  /** Opens {@code uri} for writing, replacing what is there; parents are made as needed. */
  public OutputStream create(String uri) {
    try {
      return fileSystem(uri).create(path(uri), true);
    } catch (IOException e) {
      throw StorageFailure.cannot("write", uri, e);
    }
  }

  public byte[] readBytes(String uri) {
    try {
      return bytes(uri);
    } catch (IOException e) {
      throw StorageFailure.cannot("read", uri, e);
    }
  }

  /** All of what the file held before it was replaced, or all of what it holds since. */
  private byte[] bytes(String uri) throws IOException {
    for (int tries = 1; ; tries++) {
      try (FSDataInputStream in = fileSystem(uri).open(path(uri))) {
        return in.readAllBytes();
      } catch (IOException e) {
        // S3A's word for a file that was replaced between asking for it and reading it.
        boolean replaced = e.getClass().getSimpleName().equals("RemoteFileChangedException");
        if (!replaced || tries == TRIES) {
          throw e;
        }
      }
    }
  }

  public String readText(String uri) {
    return new String(readBytes(uri), StandardCharsets.UTF_8);
  }

  /** The text of {@code uri}; empty where there is no such file. */
  public Optional<String> readTextIfThere(String uri) {
    try {
      return Optional.of(new String(bytes(uri), StandardCharsets.UTF_8));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw StorageFailure.cannot("read", uri, e);
    }
  }

  public void writeText(String uri, String text) {
    writeBytes(uri, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes a small file in place of what is there: readers see all of the new or all of the old.
   */
  public void writeBytes(String uri, byte[] bytes) {
    try {
      if (isLocal(path(uri).toUri())) {
        LocalFiles.replace(localPath(uri), bytes);
      } else if (ATOMIC_RENAME.contains(fileSystem(uri).getUri().getScheme())) {
        renameOver(uri, bytes);
      } else {
        try (OutputStream out = create(uri)) {
          out.write(bytes);
        }
      }
    } catch (IOException e) {
      throw StorageFailure.cannot("write", uri, e);
    }
  }

  private void renameOver(String uri, byte[] bytes) throws IOException {
    FileSystem files = fileSystem(uri);
    Path target = path(uri);
    Path beside = new Path(target.getParent(), "." + target.getName() + "." + UUID.randomUUID());
    try {
      try (OutputStream out = files.create(beside, false)) {
        out.write(bytes);
      }
      FileContext.getFileContext(files.getUri(), configuration)
          .rename(beside, target, Options.Rename.OVERWRITE);
    } catch (IOException e) {
      files.delete(beside, false);
      throw e;
    }
  }

  /**
   * Writes a small file unless there is one of that name. Of two at once one wins on local disks,
   * HDFS, {@code abfs:} and {@code gs:}; S3A only looks before it writes, so that both may win
   * there, and the second one's content stays.
   *
   * @return whether it was written
   */
  public boolean writeNew(String uri, byte[] bytes) {
    try {
      if (isLocal(path(uri).toUri())) {
        Files.createDirectories(localPath(uri).getParent());
        Files.write(localPath(uri), bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      } else {
        try (OutputStream out = fileSystem(uri).create(path(uri), false)) {
          out.write(bytes);
        }
      }
      return true;
    } catch (IOException e) {
      // Other stores have other types for it. The file may be gone again by now.
      if (e instanceof FileAlreadyExistsException
          || e instanceof java.nio.file.FileAlreadyExistsException
          || (StorageFailure.of(e).isEmpty() && exists(uri))) {
        return false;
      }
      throw StorageFailure.cannot("write", uri, e);
    }
  }

  private static java.nio.file.Path localPath(String uri) {
    return new File(path(uri).toUri().getPath()).getAbsoluteFile().toPath();
  }

  /**
   * When the file {@code uri} was last written, by the store's clock; empty where there is no such
   * file.
   */
  public Optional<Instant> modified(String uri) {
    try {
      return Optional.of(
          Instant.ofEpochMilli(fileSystem(uri).getFileStatus(path(uri)).getModificationTime()));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw StorageFailure.cannot("look at", uri, e);
    }
  }

  public boolean exists(String uri) {
    try {
      return fileSystem(uri).exists(path(uri));
    } catch (IOException e) {
      throw StorageFailure.cannot("look at", uri, e);
    }
  }

  /** Whether {@code uri} is a folder that is there. */
  public boolean isFolder(String uri) {
    try {
      return fileSystem(uri).getFileStatus(path(uri)).isDirectory();
    } catch (FileNotFoundException e) {
      return false;
    } catch (IOException e) {
      throw StorageFailure.cannot("look at", uri, e);
    }
  }

  /** Whether {@code uri} may name several folders, with Hadoop's wildcards. */
  public static boolean isGlob(String uri) {
    return GLOB.matcher(uri).find();
  }

  /** The folders that {@code glob} matches, in the order of their names; empty where none does. */
  public List<String> folders(String glob) {
    try {
      FileStatus[] found = fileSystem(glob).globStatus(path(glob));
      return Arrays.stream(found == null ? new FileStatus[0] : found)
          .filter(FileStatus::isDirectory)
          .map(status -> status.getPath().toString())
          .sorted()
          .toList();
    } catch (FileNotFoundException e) {
      return List.of();
    } catch (IOException e) {
      throw StorageFailure.cannot("list", glob, e);
    }
  }

  /** What the folder {@code uri} holds, one level, by name; empty where there is no such folder. */
  public List<Entry> list(String uri) {
    try {
      FileStatus[] found = fileSystem(uri).listStatus(path(uri));
      return Arrays.stream(found)
          .map(
              s ->
                  new Entry(
                      s.getPath().toString(), s.getPath().getName(), s.getLen(), s.isDirectory()))
          .sorted(Comparator.comparing(Entry::name))
          .toList();
    } catch (FileNotFoundException e) {
      return List.of();
    } catch (IOException e) {
      throw StorageFailure.cannot("list", uri, e);
    }
  }

  /** Deletes a file, or a folder with all that it holds; nothing happens where there is none. */
  public void delete(String uri) {
    try {
      fileSystem(uri).delete(path(uri), true);
    } catch (IOException e) {
      throw StorageFailure.cannot("delete", uri, e);
    }
  }

  /** Hadoop's path of {@code uri}; a local path may hold characters that a URI may not. */
  public static Path path(String uri) {
    if (uri.isBlank()) {
      throw NomenException.usage("A path is empty; give a folder, a file or a URI.");
    }
    if (PASSWORD.matcher(uri).find()) {
      throw NomenException.usage(
          "A URI with a password in it is refused (%s); use the platform's credentials."
              .formatted(withoutPasswords(uri)));
    }
    try {
      return new Path(uri);
    } catch (IllegalArgumentException e) {
      throw NomenException.usage("\"%s\" is not a path or URI: %s.".formatted(uri, e.getMessage()));
    }
  }

  /** {@code text} with every password in a URI, and what stands around it, taken out. */
  public static String withoutPasswords(String text) {
    return PASSWORD.matcher(text).replaceAll("$1…@");
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    configuration.write(out);
  }

  private void readObject(ObjectInputStream in) throws IOException {
    configuration = new Configuration(false);
    configuration.readFields(in);
    local = forLocalFiles(configuration);
  }
}
