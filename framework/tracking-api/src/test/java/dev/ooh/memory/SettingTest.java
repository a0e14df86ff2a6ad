package dev.ooh.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SettingTest {
  private static final Setting<Long> ROOM = Setting.wholeNumber("room", 1, 9, 5, "How much.");

  @Test
  void eachTypeTakesItsRangeAndNamesWhatIsOutsideIt() {
    assertThat(ROOM.parse("9")).isEqualTo(9);
    refuses(ROOM, "10", "setting room is '10', wanted a whole number from 1 to 9");
    refuses(ROOM, "many", "setting room is 'many', wanted a whole number from 1 to 9");
    Setting<Long> card = Setting.powerOfTwo("t.card", 64, 4096, 4096, "Bytes.");
    assertThat(card.parse("64")).isEqualTo(64);
    refuses(card, "96", "setting t.card is '96', wanted a power of two from 64 to 4096");
    refuses(card, "8192", "setting t.card is '8192', wanted a power of two from 64 to 4096");
    Setting<String> mode = Setting.oneOf("mode", List.of("a", "b", "c"), "a", "Which.");
    assertThat(mode.parse("c")).isEqualTo("c");
    refuses(mode, "d", "setting mode is 'd', wanted a, b or c");
    Setting<Boolean> flag = Setting.flag("flag", false, "Whether.");
    assertThat(flag.parse("true")).isTrue();
    refuses(flag, "perhaps", "setting flag is 'perhaps', wanted true or false");
    refuses(
        Setting.text("text", "a file", "x", "Where."), " ", "setting text is ' ', wanted a file");
  }

  @Test
  void aDefaultOutsideTheRangeIsNoSetting() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Setting.wholeNumber("room", 1, 9, 10, "How much."));
  }

  @Test
  void optionsGoBeforeDefaults() {
    SpaceOptions options = SpaceOptions.named("s").with("room", "2");
    assertThat(options.value(ROOM)).isEqualTo(2);
    assertThat(options.withDefaults(Map.of("room", "3")).value(ROOM)).isEqualTo(2);
    SpaceOptions silent = SpaceOptions.named("s").withDefaults(Map.of("room", "3"));
    assertThat(silent.value(ROOM)).isEqualTo(3);
    assertThat(SpaceOptions.named("s").value(ROOM)).isEqualTo(5);
  }

  private static void refuses(Setting<?> setting, String text, String message) {
    assertThatIllegalArgumentException().isThrownBy(() -> setting.parse(text)).withMessage(message);
  }
}
