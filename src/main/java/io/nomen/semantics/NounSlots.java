package io.nomen.semantics;

import java.io.Serializable;

/**
 * Which clusters of which assignments a pass looks at; slot {@code a · K + c} is cluster c of
 * assignment a.
 *
 * @param from first slot
 * @param to one past the last
 * @param clusters K
 * @param stride every so manieth row is looked at
 */
record NounSlots(int from, int to, int clusters, long stride) implements Serializable {
  int count() {
    return to - from;
  }

  int slot(int assignment, int cluster) {
    return assignment * clusters + cluster;
  }

  boolean holds(int slot) {
    return slot >= from && slot < to;
  }
}
