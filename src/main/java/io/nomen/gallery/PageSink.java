package io.nomen.gallery;

/** Takes finished pages; names are relative to the gallery's folder. */
@FunctionalInterface
interface PageSink {
  void put(String name, Html page);
}
