package dev.ooh.library;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A filter of system calls, as containers have it: seccomp(2) with a BPF program that answers
 * EPERM. It stays until the process ends. A program is struct sock_filter by struct sock_filter
 * (linux/filter.h):
 *
 * <pre>
 *  0      2    3    4        8
 *  +------+----+----+--------+
 *  | code | jt | jf |   k    |
 *  +------+----+----+--------+
 * </pre>
 *
 * over struct seccomp_data {int nr; u32 arch; u64 instruction_pointer; u64 args[6]}.
 */
final class SystemCallFilter {
  static final int USERFAULTFD = number("amd64", 323, 282);
  static final int IOCTL = number("amd64", 16, 29);

  private static final int SECCOMP = number("amd64", 317, 277);
  private static final int SET_MODE_FILTER = 1;

  /** All threads of the process, whichever made the call. */
  private static final int TSYNC = 1;

  private static final int PR_SET_NO_NEW_PRIVS = 38;
  private static final short LOAD_WORD = 0x20;
  private static final short JUMP_IF_EQUAL = 0x15;
  private static final short RETURN = 0x06;
  private static final int ALLOW = 0x7FFF0000;
  private static final int EPERM = 0x00050001;
  private static final int NR = 0;
  private static final int SECOND_ARGUMENT = 24;

  private SystemCallFilter() {}

  private static int number(String architecture, int there, int elsewhere) {
    return System.getProperty("os.arch").equals(architecture) ? there : elsewhere;
  }

  /** From now on a system call is not permitted. */
  static void refuse(int call) {
    install(new long[][] {{LOAD_WORD, 0, 0, NR}, {JUMP_IF_EQUAL, 0, 1, call}});
  }

  /** From now on a system call is not permitted with this second argument. */
  static void refuse(int call, int secondArgument) {
    install(
        new long[][] {
          {LOAD_WORD, 0, 0, NR},
          {JUMP_IF_EQUAL, 0, 3, call},
          {LOAD_WORD, 0, 0, SECOND_ARGUMENT},
          {JUMP_IF_EQUAL, 0, 1, secondArgument}
        });
  }

  /** Installs a program that falls through to a refusal, or jumps behind it. */
  private static void install(long[][] match) {
    try (Arena arena = Arena.ofConfined()) {
      int length = match.length + 2;
      MemorySegment program = arena.allocate(8L * length, 8);
      for (int i = 0; i < match.length; i++) {
        put(program, i, match[i]);
      }
      put(program, match.length, new long[] {RETURN, 0, 0, EPERM});
      put(program, match.length + 1, new long[] {RETURN, 0, 0, ALLOW});
      MemorySegment argument = arena.allocate(16, 8);
      argument.set(JAVA_SHORT, 0, (short) length);
      argument.set(ADDRESS, 8, program);
      Linker linker = Linker.nativeLinker();
      MethodHandle prctl =
          linker.downcallHandle(
              linker.defaultLookup().find("prctl").orElseThrow(),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
              Linker.Option.firstVariadicArg(1));
      MethodHandle syscall =
          linker.downcallHandle(
              linker.defaultLookup().find("syscall").orElseThrow(),
              FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS),
              Linker.Option.firstVariadicArg(1));
      int allowed = (int) prctl.invokeExact(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
      long installed =
          (long)
              syscall.invokeExact((long) SECCOMP, (long) SET_MODE_FILTER, (long) TSYNC, argument);
      if (allowed != 0 || installed != 0) {
        throw new IllegalStateException("no filter: prctl " + allowed + ", seccomp " + installed);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static void put(MemorySegment program, int index, long[] instruction) {
    program.set(JAVA_SHORT, 8L * index, (short) instruction[0]);
    program.set(JAVA_BYTE, 8L * index + 2, (byte) instruction[1]);
    program.set(JAVA_BYTE, 8L * index + 3, (byte) instruction[2]);
    program.set(JAVA_INT, 8L * index + 4, (int) instruction[3]);
  }
}
