package dev.ooh.epml.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.epml.cpu.GuestPmlFields;
import dev.ooh.machine.extension.KernelPages;
import dev.ooh.machine.extension.UioDevice;
import dev.ooh.ring.RingBuffer;
import dev.ooh.ring.RingDevice;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The module on a kernel that only remembers: what a real machine seldom lets happen. */
class EpmlModuleTest {
  private final QuietKernel kernel = new QuietKernel();
  private final QuietProcess process = new QuietProcess();
  private UioDevice.Session file;
  private KernelPages ring;

  @BeforeEach
  void start() {
    new EpmlModule().load(kernel);
    file = kernel.device.open(process);
    file.ioctl(RingDevice.INIT, 1000);
    ring = file.mmap(RingDevice.RING);
    KernelPages requests = file.mmap(RingDevice.REQUESTS);
    requests.setLong(0, 0x10_0000);
    requests.setLong(8, 0x90_0000);
    file.ioctl(RingDevice.ARM, 1);
  }

  @Test
  void drainsFromTheFirstEntryFilledToTheLast() {
    log(511, 0x10_0000);
    log(510, 0x20_0000);
    kernel.fields.put(GuestPmlFields.INDEX, 509L);
    kernel.interrupt.run();
    assertThat(entries()).containsExactly(0x10_0000L, 0x20_0000L);
    assertThat(kernel.fields).containsEntry(GuestPmlFields.INDEX, 511L);
  }

  @Test
  void aFullPageIsDrainedWholeAndNothingIsLost() {
    for (int i = 0; i < 512; i++) {
      log(511 - i, 0x10_0000 + 0x1000L * i);
    }
    kernel.fields.put(GuestPmlFields.INDEX, 0xFFFFL);
    kernel.interrupt.run();
    assertThat(entries()).hasSize(512).startsWith(0x10_0000L).endsWith(0x10_0000L + 511 * 0x1000L);
    assertThat(ring.getLong(RingBuffer.DROPPED_OFFSET)).isZero();
  }

  @Test
  void anIndexOutOfRangeIsAFullPage() {
    for (long index : new long[] {512, 0x7FFF, 0x8000}) {
      kernel.fields.put(GuestPmlFields.INDEX, index);
      kernel.fields.put(GuestPmlFields.OVERFLOW, 1L);
      long before = ring.getLong(RingBuffer.DROPPED_OFFSET);
      kernel.interrupt.run();
      assertThat(ring.getLong(RingBuffer.DROPPED_OFFSET)).isEqualTo(before + 1);
      assertThat(kernel.fields).containsEntry(GuestPmlFields.INDEX, 511L);
    }
  }

  @Test
  void theStickyOverflowIsPassedOnOnceAndCleared() {
    kernel.fields.put(GuestPmlFields.INDEX, 0xFFFFL);
    kernel.fields.put(GuestPmlFields.OVERFLOW, 1L);
    file.ioctl(RingDevice.COLLECT, 0);
    file.ioctl(RingDevice.COLLECT, 0);
    assertThat(ring.getLong(RingBuffer.DROPPED_OFFSET)).isEqualTo(1);
    assertThat(kernel.fields).containsEntry(GuestPmlFields.OVERFLOW, 0L);
  }

  @Test
  void anOverflowIsNotForgottenWhenTheProcessLeavesTheCpu() {
    kernel.fields.put(GuestPmlFields.INDEX, 0xFFFFL);
    kernel.fields.put(GuestPmlFields.OVERFLOW, 1L);
    kernel.scheduler.scheduledOut(process);
    assertThat(ring.getLong(RingBuffer.DROPPED_OFFSET)).isEqualTo(1);
    assertThat(kernel.fields).containsEntry(GuestPmlFields.ADDRESS, 0L);
  }

  @Test
  void anInterruptAfterItsProcessLeftTheCpuIsNobodys() {
    kernel.scheduler.scheduledOut(process);
    log(511, 0x10_0000);
    kernel.fields.put(GuestPmlFields.INDEX, 510L);
    kernel.interrupt.run();
    assertThat(entries()).isEmpty();
  }

  @Test
  void pagesThatWereNeverArmedStayOutOfTheRing() {
    log(511, 0x90_0000);
    kernel.fields.put(GuestPmlFields.INDEX, 510L);
    file.ioctl(RingDevice.COLLECT, 0);
    assertThat(entries()).isEmpty();
  }

  @Test
  void requestsItDoesNotKnowAreRefused() {
    assertThatThrownBy(() -> file.ioctl(99, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> file.mmap(2)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> file.ioctl(RingDevice.ARM, 5000))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> file.ioctl(RingDevice.INIT, 1))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> file.ioctl(RingDevice.RESIZE, 0))
        .hasMessage("ring capacity is 0, wanted 1 to 268435456");
  }

  private void log(int index, long gva) {
    kernel.firstPages.setLong(8L * index, gva);
  }

  private long[] entries() {
    long[] entries = new long[(int) ring.getLong(RingBuffer.HEAD_OFFSET)];
    for (int i = 0; i < entries.length; i++) {
      entries[i] = ring.getLong(RingBuffer.ENTRIES_OFFSET + 8L * i);
    }
    return entries;
  }
}
