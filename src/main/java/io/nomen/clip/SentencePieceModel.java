package io.nomen.clip;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nomen.NomenException;
import io.nomen.store.Json;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * A SentencePiece model of unigrams ({@code spiece.model}, a protocol buffer) in the form that
 * Hugging Face's library reads, as their own conversion writes it. Format: {@code
 * sentencepiece_model.proto} of github.com/google/sentencepiece; of it the pieces with their
 * scores, the kind of model, the number of the unknown piece and the table of normalisation.
 */
final class SentencePieceModel {
  private static final int UNIGRAM = 1;
  private static final int CONTROL = 3;
  private static final String END = "</s>";

  private final ArrayNode vocabulary = Json.mapper().createArrayNode();
  private final ArrayNode added = Json.mapper().createArrayNode();
  private byte[] normalisation = {};
  private int kind = UNIGRAM;
  private int unknown;
  private int end = -1;

  private SentencePieceModel() {}

  /**
   * Converts a model.
   *
   * @param where the file's name, for messages
   */
  static String tokenizerJson(byte[] proto, String where) {
    SentencePieceModel model = new SentencePieceModel();
    try {
      model.read(ByteBuffer.wrap(proto).order(ByteOrder.LITTLE_ENDIAN));
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw NomenException.input(
          "%s is not a whole SentencePiece model; fetch it again.".formatted(where), e);
    }
    if (model.kind != UNIGRAM || model.end < 0 || model.unknown >= model.vocabulary.size()) {
      throw NomenException.input(
          "%s is not a SentencePiece model of unigrams with the piece \"%s\"; give a tokenizer.json beside it."
              .formatted(where, END));
    }
    return model.json();
  }

  private void read(ByteBuffer in) {
    while (in.hasRemaining()) {
      int tag = (int) varint(in);
      switch (tag) {
        case 1 << 3 | 2 -> piece(message(in));
        case 2 << 3 | 2 -> trainer(message(in));
        case 3 << 3 | 2 -> normaliser(message(in));
        default -> skip(in, tag);
      }
    }
  }

  private void piece(ByteBuffer in) {
    String text = "";
    float score = 0;
    int type = 1;
    while (in.hasRemaining()) {
      int tag = (int) varint(in);
      switch (tag) {
        case 1 << 3 | 2 -> text = StandardCharsets.UTF_8.decode(message(in)).toString();
        case 2 << 3 | 5 -> score = in.getFloat();
        case 3 << 3 -> type = (int) varint(in);
        default -> skip(in, tag);
      }
    }
    if (type == CONTROL || text.equals(END) || type == 2) {
      ObjectNode token = added.addObject();
      token.put("id", vocabulary.size()).put("content", text).put("special", true);
      token.put("single_word", false).put("lstrip", true).put("rstrip", true);
      token.put("normalized", false);
      end = text.equals(END) ? vocabulary.size() : end;
    }
    vocabulary.addArray().add(text).add(score);
  }

  private void trainer(ByteBuffer in) {
    while (in.hasRemaining()) {
      int tag = (int) varint(in);
      switch (tag) {
        case 3 << 3 -> kind = (int) varint(in);
        case 40 << 3 -> unknown = (int) varint(in);
        default -> skip(in, tag);
      }
    }
  }

  private void normaliser(ByteBuffer in) {
    while (in.hasRemaining()) {
      int tag = (int) varint(in);
      if (tag == (2 << 3 | 2)) {
        ByteBuffer table = message(in);
        normalisation = new byte[table.remaining()];
        table.get(normalisation);
      } else {
        skip(in, tag);
      }
    }
  }

  private String json() {
    ObjectNode root = Json.mapper().createObjectNode();
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    root.set("added_tokens", added);
    ObjectNode normaliser = root.putObject("normalizer").put("type", "Sequence");
    ArrayNode steps = normaliser.putArray("normalizers");
    if (normalisation.length > 0) {
      steps
          .addObject()
          .put("type", "Precompiled")
          .put("precompiled_charsmap", Base64.getEncoder().encodeToString(normalisation));
    }
    steps.addObject().put("type", "Strip").put("strip_left", false).put("strip_right", true);
    steps
        .addObject()
        .put("type", "Replace")
        .put("content", "▁")
        .putObject("pattern")
        .put("Regex", " {2,}");
    root.putObject("pre_tokenizer")
        .put("type", "Metaspace")
        .put("replacement", "▁")
        .put("prepend_scheme", "always")
        .put("split", true);
    ObjectNode ending = root.putObject("post_processor").put("type", "TemplateProcessing");
    template(ending.putArray("single"), "A");
    template(ending.putArray("pair"), "A", "B");
    ObjectNode token = ending.putObject("special_tokens").putObject(END).put("id", END);
    token.putArray("ids").add(end);
    token.putArray("tokens").add(END);
    root.putNull("decoder");
    ObjectNode model = root.putObject("model").put("type", "Unigram").put("unk_id", unknown);
    model.set("vocab", vocabulary);
    model.put("byte_fallback", false);
    return Json.line(root);
  }

  private static void template(ArrayNode steps, String... sequences) {
    for (String sequence : sequences) {
      steps.addObject().putObject("Sequence").put("id", sequence).put("type_id", 0);
      steps.addObject().putObject("SpecialToken").put("id", END).put("type_id", 0);
    }
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = in.get();
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number without end");
  }

  private static ByteBuffer message(ByteBuffer in) {
    long length = varint(in);
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException("a message beyond the end");
    }
    ByteBuffer part = in.slice(in.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
    in.position(in.position() + (int) length);
    return part;
  }

  private static void skip(ByteBuffer in, int tag) {
    switch (tag & 7) {
      case 0 -> varint(in);
      case 1 -> in.getLong();
      case 2 -> message(in);
      case 5 -> in.getInt();
      default -> throw new IllegalArgumentException("a field of no known kind");
    }
  }
}
