package io.nomen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalProgressTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1234.4 | 1,234 a second",
        "10 | 10 a second",
        "4.25 | 4.3 a second",
        "0.125 | 7.5 a minute",
      })
  void a_rate_never_reads_as_nothing(double perSecond, String text) {
    assertThat(TerminalProgress.rate(perSecond)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"3.24 | 3.2 s", "250 | 4 min 10 s", "7500 | 2 h 5 min"})
  void a_time_span_reads_as_people_say_it(double seconds, String text) {
    assertThat(TerminalProgress.duration(seconds)).isEqualTo(text);
  }
}
