package io.nomen.clip;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The few opcodes of pickle protocol 2 that a TorchScript module needs (CPython, pickletools). */
final class PickleWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  PickleWriter() {
    out.write(0x80);
    out.write(2);
  }

  PickleWriter global(String module, String name) {
    out.writeBytes(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    return this;
  }

  PickleWriter text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.write('X');
    littleEndian(bytes.length, 4);
    out.writeBytes(bytes);
    return this;
  }

  PickleWriter integer(long value) {
    if (value >= 0 && value <= Integer.MAX_VALUE) {
      out.write('J');
      littleEndian(value, 4);
    } else {
      out.write(0x8A);
      out.write(8);
      littleEndian(value, 8);
    }
    return this;
  }

  PickleWriter mark() {
    return opcode('(');
  }

  PickleWriter tuple() {
    return opcode('t');
  }

  PickleWriter emptyTuple() {
    return opcode(')');
  }

  PickleWriter emptyDictionary() {
    return opcode('}');
  }

  PickleWriter newObject() {
    return opcode(0x81);
  }

  PickleWriter reduce() {
    return opcode('R');
  }

  PickleWriter persistentId() {
    return opcode('Q');
  }

  PickleWriter falsehood() {
    return opcode(0x89);
  }

  PickleWriter setItems() {
    return opcode('u');
  }

  PickleWriter build() {
    return opcode('b');
  }

  byte[] stop() {
    return opcode('.').out.toByteArray();
  }

  private PickleWriter opcode(int code) {
    out.write(code);
    return this;
  }

  private void littleEndian(long value, int bytes) {
    out.write(
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array(), 0, bytes);
  }
}
