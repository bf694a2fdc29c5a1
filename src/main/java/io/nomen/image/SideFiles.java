package io.nomen.image;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Tells what lies among pictures on people's disks from pictures: what systems, cameras and other
 * programs leave there, captions and annotations, videos. A file that is called so is an image only
 * if it begins like one; a folder that is called so is not looked into. All of it is counted.
 */
final class SideFiles {
  static final int MAX_LABEL_BYTES = 4096;

  /** Names of these are never an image's; they are not even opened. */
  static final String SYSTEM = "files of systems and programs";

  private static final String ANNOTATIONS = "annotations and side files";
  private static final String VIDEOS = "videos and sounds";
  static final String FOLDERS = "files in folders of systems and programs";
  static final String COPIES = "copies of an image beside it in a format that is not read";

  private static final Map<String, String> KINDS = kinds();

  private static final Set<String> SYSTEM_NAMES =
      Set.of(
          ".ds_store",
          ".localized",
          ".apdisk",
          "icon\r",
          "thumbs.db",
          "ehthumbs.db",
          "desktop.ini",
          "folder.htt",
          ".directory",
          ".picasa.ini",
          "picasa.ini",
          "zbthumbnail.info",
          ".nomedia",
          ".dropbox",
          ".dropbox.attr",
          ".metadata_never_index",
          ".gitignore",
          ".gitattributes",
          ".gitkeep",
          ".keep",
          "_success",
          "_metadata",
          "_common_metadata");

  /** AppleDouble, NFS, lock files of office programs, checksums of Hadoop. */
  private static final Pattern SYSTEM_NAME =
      Pattern.compile("[.]_.+|[.]nfs.+|[.]~lock[.].+|~[$].+|[.].+[.]crc|[.]volumeicon[.].+");

  private static final Set<String> TEXT_NAMES =
      Set.of(
          "readme",
          "license",
          "licence",
          "copying",
          "notice",
          "changelog",
          "sha256sums",
          "md5sums");

  /**
   * Bins, indices and thumbnails of macOS, Windows, Linux, NAS, photo programs, version control.
   */
  private static final Pattern SYSTEM_FOLDER =
      Pattern.compile(
          "@eadir|#recycle|#snapshot|@recycle|[.]@__thumb|[$]recycle[.]bin|recycler"
              + "|system volume information|[.]trash|[.]trashes|[.]trash-.*|[.]spotlight-v100"
              + "|[.]fseventsd|[.]temporaryitems|[.]documentrevisions-v100|network trash folder"
              + "|temporary items|lost[+]found|__macosx|[.]appledouble|[.]appledb|[.]appledesktop"
              + "|[.]thumbnails|[.]thumbs|[.]xvpics|[.]picasaoriginals|[.]dtrash|.*[.]lrdata"
              + "|[.]git|[.]svn|[.]hg|[.]cache|[.]ipynb_checkpoints|[.]snapshot|[.]dropbox[.]cache"
              + "|[.]sync|[.]stversions|_temporary|_delta_log|_spark_metadata");

  /** Apple's photo libraries keep the originals beside smaller copies of them. */
  private static final Pattern LIBRARY_COPIES =
      Pattern.compile(
          ".*[.](photoslibrary|photolibrary)/"
              + "(resources|database|private|scopes|thumbnails|previews|data|data[.]noindex)/.*");

  /** Raw and HEIF pictures, previews of cameras' videos: copies where the same name is read. */
  private static final Set<String> COPY =
      Set.of(
          "3fr", "arw", "cr2", "cr3", "dcr", "dng", "erf", "fff", "gpr", "iiq", "kdc", "mef", "mos",
          "mrw", "nef", "nrw", "orf", "pef", "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw", "x3f",
          "heic", "heif", "hif", "avif", "psd", "xcf", "thm");

  private SideFiles() {}

  private static Map<String, String> kinds() {
    Map<String, String> kinds = new HashMap<>();
    String annotations =
        "cls cls2 index inx id txt text transcript caption cap json jsn jsonl ndjson geojson csv"
            + " tsv xml html htm md rst yaml yml toml npy npz pyd pickle pkl pt pth ten tb mp msg"
            + " cbor bbox mat h5 hdf5 pts lst names tfrecord arrow feather lmdb mdb db sqlite gpx"
            + " kml srt vtt nfo aae xmp pp3 dop cos cop on1 rmd ini cfg log lnk url webloc md5 sha1"
            + " sha256 sfv par2 ctg ind bdm cpi mpl py ipynb sh";
    String videos =
        "mov mp4 m4v avi mkv webm mpg mpeg 3gp 3g2 mts m2ts wmv flv ogv vob lrv insv"
            + " mp3 wav m4a aac flac ogg opus wma amr";
    for (String extension : annotations.split(" ", -1)) {
      kinds.put(extension, ANNOTATIONS);
    }
    for (String extension : videos.split(" ", -1)) {
      kinds.put(extension, VIDEOS);
    }
    return Map.copyOf(kinds);
  }

  /** What a file of this name is, if it is no image: a word for counts. */
  static Optional<String> kind(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    if (SYSTEM_NAMES.contains(name) || SYSTEM_NAME.matcher(name).matches()) {
      return Optional.of(SYSTEM);
    }
    return TEXT_NAMES.contains(name)
        ? Optional.of(ANNOTATIONS)
        : Optional.ofNullable(KINDS.get(extension(name)));
  }

  /**
   * Whether a file lies in a folder of a system or another program.
   *
   * @param path relative to the input: what a user names is looked into
   */
  static boolean inSystemFolder(String path) {
    String lower = path.toLowerCase(Locale.ROOT);
    int start = 0;
    for (int slash = lower.indexOf('/'); slash >= 0; slash = lower.indexOf('/', start)) {
      if (SYSTEM_FOLDER.matcher(lower.substring(start, slash)).matches()) {
        return true;
      }
      start = slash + 1;
    }
    return LIBRARY_COPIES.matcher(lower).matches();
  }

  static boolean isLabel(String path) {
    return extension(path).equals("cls");
  }

  private static String extension(String path) {
    int dot = path.lastIndexOf('.');
    return dot < path.lastIndexOf('/') ? "" : path.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  /** A path without the last dot of its name and what is behind that. */
  static String withoutExtension(String path) {
    int dot = path.lastIndexOf('.');
    return dot <= path.lastIndexOf('/') ? path : path.substring(0, dot);
  }

  /**
   * The value of the longest name that {@code path} has in common with one: of {@code
   * img.v1.000.jpg} first {@code img.v1.000}, then {@code img.v1}, then {@code img}.
   */
  static <T> Optional<T> ofLongestName(Map<String, T> values, String path) {
    String name = path;
    while (true) {
      String shorter = withoutExtension(name);
      if (shorter.equals(name)) {
        return Optional.empty();
      }
      name = shorter;
      if (values.containsKey(name)) {
        return Optional.of(values.get(name));
      }
    }
  }

  /** The same files in the same order, each with its kind and the {@code .cls} that labels it. */
  static List<ListedFile> mark(Collection<ListedFile> files) {
    Map<String, String> labels = new HashMap<>();
    for (ListedFile file : files) {
      if (isLabel(file.path()) && file.trouble().isEmpty()) {
        labels.put(withoutExtension(file.path()), file.path());
      }
    }
    List<ListedFile> marked = new ArrayList<>(files.size());
    for (ListedFile file : files) {
      String side = kind(file.path()).orElse("");
      String label = side.isEmpty() ? ofLongestName(labels, file.path()).orElse("") : "";
      marked.add(
          side.isEmpty() && label.isEmpty()
              ? file
              : new ListedFile(
                  file.path(),
                  file.length(),
                  file.modified(),
                  file.label(),
                  file.trouble(),
                  label,
                  side));
    }
    return marked;
  }

  /** Those of {@code files} that a file of the same name, which is read, makes superfluous. */
  static Set<ListedFile> copies(Collection<ListedFile> files) {
    Set<String> read = new HashSet<>();
    Set<String> videos = new HashSet<>();
    for (ListedFile file : files) {
      if (file.side().equals(VIDEOS)) {
        videos.add(withoutExtension(file.path()));
      } else if (file.side().isEmpty() && !COPY.contains(extension(file.path()))) {
        read.add(withoutExtension(file.path()));
      }
    }
    Set<ListedFile> copies = new HashSet<>();
    for (ListedFile file : files) {
      String extension = extension(file.path());
      String name = withoutExtension(file.path());
      if (COPY.contains(extension)
          && (read.contains(name) || (extension.equals("thm") && videos.contains(name)))) {
        copies.add(file);
      }
    }
    return copies;
  }
}
