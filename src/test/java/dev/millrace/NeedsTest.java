package dev.millrace;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

class NeedsTest {

  @Test
  void what_is_there_lets_the_test_go_on() {
    assertThatCode(() -> Needs.present("Node", true, "install it", true))
        .doesNotThrowAnyException();
  }

  @Test
  void what_is_missing_skips_the_test_and_says_how_to_get_it() {
    assertThatThrownBy(() -> Needs.present("Node", false, "install it", false))
        .isInstanceOf(TestAbortedException.class)
        .hasMessageContainingAll("Node is missing", "install it");
  }

  @Test
  void what_is_missing_fails_the_test_where_everything_is_required() {
    assertThatThrownBy(() -> Needs.present("Node", false, "install it", true))
        .isInstanceOf(AssertionFailedError.class)
        .hasMessageContainingAll("Node is missing", "install it");
  }
}
