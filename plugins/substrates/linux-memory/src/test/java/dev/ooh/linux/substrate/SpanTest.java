package dev.ooh.linux.substrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpanTest {
  private static final long PAGE = 4096;
  private static final long GIB = 1L << 30;

  /** What mmap of anonymous addresses does in a process of so many bits, some of them in use. */
  private static final class Kernel implements Span.Mapper {
    private final long end;
    private final List<Span> taken = new ArrayList<>();

    Kernel(int bits, long usedAtTheEnd) {
      end = 1L << bits;
      taken.add(new Span(end - usedAtTheEnd, usedAtTheEnd));
    }

    @Override
    public long map(long address, long bytes, int flags) throws CallException {
      if (address != 0) {
        require(address + bytes <= end, Errno.ENOMEM);
        require(isFree(address, bytes), Errno.EEXIST);
        return take(address, bytes);
      }
      for (Span above :
          taken.stream().sorted((a, b) -> Long.compare(b.start(), a.start())).toList()) {
        long start = above.start() - bytes;
        if (start >= PAGE && isFree(start, bytes)) {
          return take(start, bytes);
        }
      }
      throw CallException.of("mmap", Errno.ENOMEM);
    }

    private static void require(boolean condition, int errno) throws CallException {
      if (!condition) {
        throw CallException.of("mmap", errno);
      }
    }

    private boolean isFree(long start, long bytes) {
      return taken.stream()
          .noneMatch(each -> start < each.start() + each.bytes() && each.start() < start + bytes);
    }

    private long take(long start, long bytes) {
      taken.add(new Span(start, bytes));
      return start;
    }
  }

  @Test
  void spacesOfAProcessOf47BitsLieOneAfterAnother() throws CallException {
    Kernel kernel = new Kernel(47, GIB);
    assertThat(Span.reserve(kernel)).isEqualTo(new Span(Span.FIRST, Span.MOST));
    assertThat(Span.reserve(kernel)).isEqualTo(new Span(Span.FIRST + Span.MOST, Span.MOST));
  }

  @Test
  void where42BitsAreThereTheKernelChoosesThePlace() throws CallException {
    assertThat(Span.reserve(new Kernel(42, GIB)).bytes()).isEqualTo(Span.MOST);
  }

  @Test
  void where39BitsAreThereASpaceTakesWhatItCanGet() throws CallException {
    Kernel kernel = new Kernel(39, 8 * GIB);
    Span first = Span.reserve(kernel);
    assertThat(first.bytes()).isEqualTo(256 * GIB);
    assertThat(first.start() + first.bytes()).isLessThanOrEqualTo(1L << 39);
    assertThat(Span.reserve(kernel).bytes()).isEqualTo(128 * GIB);
  }

  @Test
  void theRestIsLeftToTheJvm() {
    assertThatThrownBy(() -> Span.reserve(new Kernel(36, GIB)))
        .isInstanceOfSatisfying(
            CallException.class, refused -> assertThat(refused.errno()).isEqualTo(Errno.ENOMEM));
  }
}
