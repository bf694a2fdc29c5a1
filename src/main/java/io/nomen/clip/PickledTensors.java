package io.nomen.clip;

import io.nomen.clip.PickleReader.Refused;
import java.util.LinkedHashMap;
import java.util.List;

/** What the names in a pickle of tensors do: they make descriptions, all of them checked. */
final class PickledTensors {
  private PickledTensors() {}

  /** {@code ("storage", type, key, location, elements[, None])}. */
  static Pickled.Storage storage(Object id) throws Refused {
    if (id instanceof List<?> parts
        && (parts.size() == 5 || (parts.size() == 6 && parts.get(5) == PickleReader.NONE))
        && parts.get(0).equals("storage")
        && parts.get(1) instanceof Pickled.StorageType type
        && parts.get(2) instanceof String key
        && parts.get(4) instanceof Long elements
        && elements >= 0) {
      return new Pickled.Storage(type.type(), key, elements);
    }
    throw new Refused("its pickle has a storage that is not described as PyTorch does");
  }

  static Object rebuilt(Object name, Object arguments) throws Refused {
    if (name == Pickled.Name.ORDERED_DICTIONARY && arguments.equals(List.of())) {
      return new LinkedHashMap<>();
    }
    if (name == Pickled.Name.REBUILD_TENSOR
        && arguments instanceof List<?> parts
        && parts.size() >= 4
        && parts.get(0) instanceof Pickled.Storage storage
        && parts.get(1) instanceof Long offset) {
      return tensor(storage, offset, extents(parts.get(2)), extents(parts.get(3)));
    }
    throw new Refused("its pickle calls something with arguments that PyTorch does not write");
  }

  private static Pickled.Tensor tensor(
      Pickled.Storage storage, long offset, long[] shape, long[] strides) throws Refused {
    if (shape.length != strides.length || offset < 0) {
      throw new Refused("its pickle has a tensor with fewer strides than extents");
    }
    try {
      long last = offset;
      long elements = 1;
      for (int i = 0; i < shape.length; i++) {
        elements = Math.multiplyExact(elements, shape[i]);
        last = Math.addExact(last, Math.multiplyExact(Math.max(0, shape[i] - 1), strides[i]));
      }
      // No weight repeats numbers of its storage, so a view is never larger than what it views.
      if (elements > Math.min(storage.elements(), Integer.MAX_VALUE - 8)
          || (elements > 0 && last >= storage.elements())) {
        throw new Refused("its pickle has a tensor that reaches beyond its storage");
      }
      return new Pickled.Tensor(storage, offset, shape, strides);
    } catch (ArithmeticException e) {
      throw new Refused("its pickle has a tensor that reaches beyond its storage");
    }
  }

  private static long[] extents(Object list) throws Refused {
    if (!(list instanceof List<?> values) || values.size() > 16) {
      throw new Refused("its pickle has a tensor without a shape");
    }
    long[] extents = new long[values.size()];
    for (int i = 0; i < extents.length; i++) {
      if (!(values.get(i) instanceof Long extent) || extent < 0) {
        throw new Refused("its pickle has a tensor with a negative extent");
      }
      extents[i] = extent;
    }
    return extents;
  }
}
