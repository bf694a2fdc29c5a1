package io.nomen.clip;

import io.nomen.safetensors.TensorType;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a pickle of tensors from a stranger. It is a stack machine for data only: the two names
 * {@code collections.OrderedDict} and {@code torch._utils._rebuild_tensor_v2} and PyTorch's kinds
 * of storage are known, and mean records here; any other name is refused by that name where it
 * stands, before anything after it is read. Opcodes: CPython's {@code pickletools}.
 */
final class PickleReader {
  private static final Object MARK = new Object();
  private static final int LONGEST_TEXT = 1 << 16;

  /** A tensor takes about sixty; a bound on them bounds memory, as each makes at most one value. */
  private static final int MOST_OPCODES = 2_000_000;

  /** A pickle that is not one, or not one of tensors; the message goes into a sentence. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused(String why) {
      super(why);
    }
  }

  /** What a restricted pickle can hold beside texts, numbers, lists and dictionaries. */
  sealed interface Pickled {
    /** A name of Python's that is known here; nothing is called by it. */
    enum Name implements Pickled {
      ORDERED_DICTIONARY,
      REBUILD_TENSOR
    }

    /** A kind of storage, by PyTorch's name. */
    record StorageType(TensorType type) implements Pickled {}

    /** A storage in the file. */
    record Storage(TensorType type, String key, long elements) implements Pickled {}

    /** A view of a storage. */
    record Tensor(Storage storage, long offset, long[] shape, long[] strides) implements Pickled {}
  }

  private final InputStream in;
  private final long limit;
  private long position;
  private final Deque<Object> stack = new ArrayDeque<>();
  private final Map<Integer, Object> memo = new HashMap<>();

  /** Python's {@code None}: a deque holds no nulls. */
  static final Object NONE = new Object();

  /**
   * @param limit bytes after which a pickle is too long
   */
  PickleReader(InputStream in, long limit) {
    this.in = in;
    this.limit = limit;
  }

  /** Bytes read so far. */
  long position() {
    return position;
  }

  /** The next pickle's value: a text, number, list, map, {@link Pickled}, or {@link #NONE}. */
  Object read() throws IOException {
    stack.clear();
    memo.clear();
    int opcodes = 0;
    for (int opcode = next(); opcode != '.'; opcode = next()) {
      if (++opcodes > MOST_OPCODES) {
        throw new Refused("its pickle has more than %d opcodes".formatted(MOST_OPCODES));
      }
      if (!literal(opcode) && !memory(opcode) && !collection(opcode) && !object(opcode)) {
        throw new Refused(
            "its pickle has the opcode 0x%02x, which tensors need not".formatted(opcode));
      }
    }
    return pop();
  }

  private boolean literal(int opcode) throws IOException {
    switch (opcode) {
      case 0x80 -> next();
      case 0x95 -> number(8);
      case 'N' -> stack.push(NONE);
      case 0x88 -> stack.push(true);
      case 0x89 -> stack.push(false);
      case 'J' -> stack.push((long) (int) number(4));
      case 'K' -> stack.push(number(1));
      case 'M' -> stack.push(number(2));
      case 0x8A -> stack.push(longNumber((int) number(1)));
      case 'G' -> stack.push(ByteBuffer.wrap(bytes(8)).getDouble());
      case 'X', 'T' -> stack.push(text(number(4)));
      case 'U', 0x8C -> stack.push(text(number(1)));
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean memory(int opcode) throws IOException {
    switch (opcode) {
      case 'q' -> memo.put((int) number(1), top());
      case 'r' -> memo.put((int) number(4), top());
      case 0x94 -> memo.put(memo.size(), top());
      case 'h' -> stack.push(remembered((int) number(1)));
      case 'j' -> stack.push(remembered((int) number(4)));
      case '0' -> pop();
      case '1' -> popToMark();
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean collection(int opcode) throws IOException {
    switch (opcode) {
      case '(' -> stack.push(MARK);
      case ')' -> stack.push(List.of());
      case 't' -> stack.push(popToMark());
      case 0x85 -> stack.push(popped(1));
      case 0x86 -> stack.push(popped(2));
      case 0x87 -> stack.push(popped(3));
      case ']' -> stack.push(new ArrayList<>());
      case 'a' -> append(popped(1));
      case 'e' -> append(popToMark());
      case '}' -> stack.push(new LinkedHashMap<>());
      case 's' -> put(popped(2));
      case 'u' -> put(popToMark());
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean object(int opcode) throws IOException {
    switch (opcode) {
      case 'c' -> stack.push(name(line(), line()));
      case 0x93 -> {
        List<Object> parts = popped(2);
        if (!(parts.get(0) instanceof String module) || !(parts.get(1) instanceof String name)) {
          throw new Refused("its pickle has a name that is no text");
        }
        stack.push(name(module, name));
      }
      case 'Q' -> stack.push(storage(pop()));
      case 'R' -> {
        List<Object> call = popped(2);
        stack.push(rebuilt(call.get(0), call.get(1)));
      }
      // Attributes of an ordered dictionary (its _metadata): of no use here.
      case 'b' -> {
        pop();
        if (!(top() instanceof Map)) {
          throw new Refused("its pickle sets attributes of something that is not a dictionary");
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** The type by PyTorch's name of a storage. */
  private static Optional<TensorType> storageType(String name) {
    return switch (name) {
      case "DoubleStorage" -> Optional.of(TensorType.F64);
      case "FloatStorage" -> Optional.of(TensorType.F32);
      case "HalfStorage" -> Optional.of(TensorType.F16);
      case "BFloat16Storage" -> Optional.of(TensorType.BF16);
      case "LongStorage" -> Optional.of(TensorType.OTHER_8);
      case "IntStorage" -> Optional.of(TensorType.OTHER_4);
      case "ShortStorage" -> Optional.of(TensorType.OTHER_2);
      case "CharStorage", "ByteStorage", "BoolStorage" -> Optional.of(TensorType.OTHER_1);
      default -> Optional.empty();
    };
  }

  private static Pickled name(String module, String name) throws Refused {
    String whole = module + "." + name;
    if (whole.equals("collections.OrderedDict")) {
      return Pickled.Name.ORDERED_DICTIONARY;
    }
    if (whole.equals("torch._utils._rebuild_tensor_v2")) {
      return Pickled.Name.REBUILD_TENSOR;
    }
    Optional<TensorType> storage = module.equals("torch") ? storageType(name) : Optional.empty();
    return storage
        .map(Pickled.StorageType::new)
        .orElseThrow(
            () ->
                new Refused(
                    "its pickle names %s, and Nomen reads tensors only, so nothing of it was run"
                        .formatted(whole)));
  }

  @SuppressWarnings("unchecked")
  private void append(List<Object> values) throws Refused {
    if (!(top() instanceof ArrayList)) {
      throw new Refused("its pickle appends to something that is not a list");
    }
    ((ArrayList<Object>) top()).addAll(values);
  }

  @SuppressWarnings("unchecked")
  private void put(List<Object> pairs) throws Refused {
    if (!(top() instanceof LinkedHashMap) || pairs.size() % 2 != 0) {
      throw new Refused("its pickle fills something that is not a dictionary");
    }
    for (int i = 0; i < pairs.size(); i += 2) {
      // Only these as keys: a collection's hash walks all that it holds.
      if (!(pairs.get(i) instanceof String || pairs.get(i) instanceof Number)) {
        throw new Refused("its pickle has a dictionary with a key that is no text or number");
      }
      ((LinkedHashMap<Object, Object>) top()).put(pairs.get(i), pairs.get(i + 1));
    }
  }

  private Object top() throws Refused {
    if (stack.isEmpty() || stack.peek() == MARK) {
      throw new Refused("its pickle takes from an empty stack");
    }
    return stack.peek();
  }

  private Object pop() throws Refused {
    top();
    return stack.pop();
  }

  private List<Object> popped(int count) throws Refused {
    ArrayDeque<Object> values = new ArrayDeque<>();
    for (int i = 0; i < count; i++) {
      values.push(pop());
    }
    return List.copyOf(values);
  }

  private List<Object> popToMark() throws Refused {
    ArrayDeque<Object> values = new ArrayDeque<>();
    while (!stack.isEmpty() && stack.peek() != MARK) {
      values.push(stack.pop());
    }
    if (stack.isEmpty()) {
      throw new Refused("its pickle takes from an empty stack");
    }
    stack.pop();
    return List.copyOf(values);
  }

  private Object remembered(int key) throws Refused {
    Object value = memo.get(key);
    if (value == null) {
      throw new Refused("its pickle recalls what it never remembered");
    }
    return value;
  }

  private int next() throws IOException {
    int value = in.read();
    if (value < 0) {
      throw new EOFException("its pickle is cut short");
    }
    if (++position > limit) {
      throw new Refused("its pickle is longer than %d bytes".formatted(limit));
    }
    return value;
  }

  private byte[] bytes(int count) throws IOException {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) next();
    }
    return bytes;
  }

  private long number(int count) throws IOException {
    byte[] padded = new byte[8];
    System.arraycopy(bytes(count), 0, padded, 0, count);
    return ByteBuffer.wrap(padded).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  /**
   * A signed little-endian integer of up to 255 bytes; of tensors, all fit a long but the magic.
   */
  private Object longNumber(int count) throws IOException {
    byte[] little = bytes(count);
    byte[] big = new byte[count + 1];
    for (int i = 0; i < count; i++) {
      big[count - i] = little[i];
    }
    big[0] = (byte) (count > 0 && little[count - 1] < 0 ? -1 : 0);
    BigInteger value = new BigInteger(big);
    return value.bitLength() < 64 ? value.longValue() : value;
  }

  private String text(long length) throws IOException {
    if (length < 0 || length > LONGEST_TEXT) {
      throw new Refused("its pickle has a text of %d bytes".formatted(length));
    }
    return new String(bytes((int) length), StandardCharsets.UTF_8);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = next(); c != '\n'; c = next()) {
      if (line.length() > 1000) {
        throw new Refused("its pickle has a name without end");
      }
      line.append(c >= ' ' && c < 127 ? (char) c : '?');
    }
    return line.toString();
  }

  /** {@code ("storage", type, key, location, elements[, None])}. */
  private static Pickled.Storage storage(Object id) throws Refused {
    if (id instanceof List<?> parts
        && (parts.size() == 5 || (parts.size() == 6 && parts.get(5) == NONE))
        && parts.get(0).equals("storage")
        && parts.get(1) instanceof Pickled.StorageType type
        && parts.get(2) instanceof String key
        && parts.get(4) instanceof Long elements
        && elements >= 0) {
      return new Pickled.Storage(type.type(), key, elements);
    }
    throw new Refused("its pickle has a storage that is not described as PyTorch does");
  }

  private static Object rebuilt(Object name, Object arguments) throws Refused {
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
