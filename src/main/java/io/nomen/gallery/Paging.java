package io.nomen.gallery;

import java.util.List;

/** A list cut into pages, which are counted from 1; an empty list has one empty page. */
record Paging<T>(List<T> items, int perPage) {
  int pages() {
    return Math.max(1, (items.size() + perPage - 1) / perPage);
  }

  List<T> page(int number) {
    return items.subList(before(number), Math.min(number * perPage, items.size()));
  }

  /** How many items come before page {@code number}. */
  int before(int number) {
    return (number - 1) * perPage;
  }
}
