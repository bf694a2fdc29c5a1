package io.nomen.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.image.BucketReader.CloseableIterator;
import io.nomen.image.Decoded;
import io.nomen.image.ImageDecoder;
import io.nomen.image.ImageDecoder.DecodeOptions;
import io.nomen.image.ImageStatus;
import io.nomen.image.ModelInput;
import io.nomen.image.RawImage;
import io.nomen.image.RawImage.Content;
import io.nomen.testing.Photos;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DecodeAheadTest {
  private static final int WINDOW = 8;

  /** Images without content, by number; fails at {@code failsAt}. */
  private static final class Source implements CloseableIterator<RawImage> {
    private final int images;
    private final int failsAt;
    private final AtomicInteger given = new AtomicInteger();
    private Content content = new Content.Missing(ImageStatus.EMPTY, "none");
    private volatile boolean closed;

    Source(int images, int failsAt) {
      this.images = images;
      this.failsAt = failsAt;
    }

    @Override
    public boolean hasNext() {
      return given.get() < images;
    }

    @Override
    public RawImage next() {
      int number = given.getAndIncrement();
      if (number == failsAt) {
        throw new IllegalStateException("no more disk");
      }
      return new RawImage("image " + number, Optional.empty(), 0, 0, content);
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static DecodeAhead over(Source source) {
    return new DecodeAhead(
        source, List.of(ModelInput.centreCrop(8, 8)), DecodeAheadTest::decode, 3, WINDOW);
  }

  private static Decoded decode(byte[] bytes) {
    return ImageDecoder.decode(bytes, DecodeOptions.defaults());
  }

  @Test
  void two_models_that_take_other_sizes_share_one_decode_of_each_image() throws Exception {
    Source source = new Source(5, -1);
    source.content = new Content.Whole(Files.readAllBytes(Photos.of(1, 1).get(0)));
    AtomicInteger decodes = new AtomicInteger();
    List<ModelInput> inputs = List.of(ModelInput.centreCrop(8, 8), ModelInput.centreCrop(16, 14));
    try (DecodeAhead ahead =
        new DecodeAhead(
            source,
            inputs,
            bytes -> {
              decodes.incrementAndGet();
              return decode(bytes);
            },
            2,
            WINDOW)) {
      for (int i = 0; i < 5; i++) {
        assertThat(ahead.next().pixels())
            .extracting(pixels -> pixels.length)
            .containsExactly(8 * 8 * 3, 14 * 14 * 3);
      }
      assertThat(ahead.hasNext()).isFalse();
    }
    assertThat(decodes).hasValue(5);
  }

  @Test
  void images_come_in_their_order_each_once() {
    Source source = new Source(1000, -1);
    try (DecodeAhead ahead = over(source)) {
      for (int i = 0; i < 1000; i++) {
        assertThat(ahead.next().raw().path()).isEqualTo("image " + i);
      }
      assertThat(ahead.hasNext()).isFalse();
      assertThat(ahead.hasNext()).isFalse();
    }
    assertThat(source.closed).isTrue();
  }

  @Test
  void no_more_than_the_window_is_read_ahead() throws Exception {
    Source source = new Source(1000, -1);
    try (DecodeAhead ahead = over(source)) {
      for (int taken = 1; taken < 50; taken++) {
        ahead.next();
        Thread.sleep(1);
        // One more waits for its place.
        assertThat(source.given.get()).isLessThanOrEqualTo(taken + WINDOW + 1);
      }
    }
  }

  @Test
  void what_the_source_throws_is_thrown_where_images_are_taken() {
    try (DecodeAhead ahead = over(new Source(10, 3))) {
      for (int i = 0; i < 3; i++) {
        ahead.next();
      }
      assertThatThrownBy(ahead::hasNext).hasRootCauseMessage("no more disk");
    }
  }

  @Test
  void closing_early_leaves_no_thread_behind() throws Exception {
    Source source = new Source(1_000_000, -1);
    over(source).close();
    assertThat(source.closed).isTrue();
    int given = source.given.get();
    Thread.sleep(50);
    assertThat(source.given.get()).isEqualTo(given);
  }

  @Test
  void images_larger_than_the_room_for_bytes_come_alone_and_leave_none_behind() throws Exception {
    AtomicInteger given = new AtomicInteger();
    CountDownLatch closedInside = new CountDownLatch(1);
    CloseableIterator<RawImage> large =
        new CloseableIterator<>() {
          @Override
          public boolean hasNext() {
            return given.get() < 20;
          }

          @Override
          public RawImage next() {
            byte[] bytes = new byte[given.incrementAndGet() % 2 == 0 ? 40 << 10 : 300 << 10];
            return new RawImage(
                "large", Optional.empty(), 0, bytes.length, new Content.Whole(bytes));
          }

          @Override
          public void close() {
            assertThat(Thread.currentThread().getName()).isEqualTo("nomen-read");
            closedInside.countDown();
          }
        };
    try (DecodeAhead ahead =
        new DecodeAhead(
            large, List.of(ModelInput.centreCrop(8, 8)), DecodeAheadTest::decode, 2, 100, 128)) {
      for (int taken = 0; taken < 20; taken++) {
        Content content = ahead.next().raw().content();
        assertThat(((Content.Whole) content).bytes()).isEmpty();
      }
      assertThat(ahead.hasNext()).isFalse();
    }
    assertThat(closedInside.await(5, TimeUnit.SECONDS)).isTrue();
  }
}
