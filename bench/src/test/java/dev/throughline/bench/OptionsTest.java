package dev.throughline.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be done as it was asked for is refused in one sentence, before anything starts. */
class OptionsTest {
  @Test
  void defaultsAreThoseOfTheConditions() {
    Options options = understood(List.of());
    assertThat(options.rounds()).isEqualTo(10);
    assertThat(options.connections()).isEqualTo(64);
    assertThat(options.perSecond()).isEqualTo(2_000);
    assertThat(options.warmUp()).isEqualTo(Duration.ofSeconds(30));
    assertThat(options.candidates()).containsExactly("gateway", "noop", "spring", "express");
    assertThat(options.callers()).containsExactly(64, 512);
    assertThat(options.check()).isFalse();
  }

  @Test
  void takesWhatIsGiven() {
    Options options =
        understood(
            List.of(
                "--window",
                "0.5",
                "--check",
                "--json",
                "out.json",
                "--candidates",
                "express,noop"));
    assertThat(options.window()).isEqualTo(Duration.ofMillis(500));
    assertThat(options.check()).isTrue();
    assertThat(options.json()).contains(Path.of("out.json"));
    assertThat(options.candidates()).containsExactly("noop", "express");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --rounds 0            | from 1 to 1000
          --rounds ten          | from 1 to 1000
          --rounds              | wants a value
          --window -1           | wants seconds
          --window NaN          | wants seconds
          --connections 1000000 | from 1 to 4096
          --candidates tomcat   | takes some of
          --callers 64,x        | whole number
          --speed 7             | unknown option
          --webhook http://[::  | index
          """)
  void refuses(String arguments, String why) {
    assertThat(Options.read(Map.of(), Arrays.asList(arguments.split(" "))))
        .isInstanceOfSatisfying(
            Options.Reading.Refused.class, refused -> assertThat(refused.why()).contains(why));
  }

  private static Options understood(List<String> arguments) {
    return switch (Options.read(Map.of(), arguments)) {
      case Options.Reading.Understood understood -> understood.options();
      case Options.Reading.Refused refused -> throw new AssertionError(refused.why());
    };
  }
}
