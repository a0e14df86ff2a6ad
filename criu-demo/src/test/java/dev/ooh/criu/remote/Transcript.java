package dev.ooh.criu.remote;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a client of CRIU's page server sends, byte by byte, after {@code page-xfer.c}; made without
 * the product's own classes.
 *
 * <pre>
 * 3:  ├─ u32 cmd ┼ u32 nr_pages ┼ u64 vaddr ┼ u64 dst_id ┤             24 bytes
 * 4:  ├─ u32 cmd ┼ u32 0 ┼ u64 nr_pages ┼ u64 vaddr ┼ u64 dst_id ┤     32 bytes
 * </pre>
 */
final class Transcript {
  private static final int PAGE = 4096;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final int protocol;
  private final long destination;

  Transcript(int protocol, int pid) {
    this.protocol = protocol;
    this.destination = (long) pid << 8 | 1;
  }

  private Transcript request(int cmd, long pages, long address) {
    ByteBuffer request =
        ByteBuffer.allocate(protocol == 3 ? 24 : 32).order(ByteOrder.LITTLE_ENDIAN).putInt(cmd);
    if (protocol == 3) {
      request.putInt((int) pages);
    } else {
      request.putInt(0).putLong(pages);
    }
    bytes.writeBytes(request.putLong(address).putLong(destination).array());
    return this;
  }

  /** PS_IOV_PARENT, which is answered by an int32. */
  Transcript parent() {
    return request(5, 0, 0);
  }

  /** PS_IOV_OPEN2, which is answered by a byte. */
  Transcript open() {
    return request(4, 0, 0);
  }

  /** PS_IOV_ADD_F with PE_PRESENT, and so many pages, each filled with its number from 1 on. */
  Transcript pages(long address, int count) {
    request(4 << 16 | 6, count, address);
    bytes.writeBytes(contents(count));
    return this;
  }

  /** PS_IOV_ADD_F with PE_PARENT. */
  Transcript hole(long address, int count) {
    return request(1 << 16 | 6, count, address);
  }

  /** PS_IOV_CLOSE, which is answered by an int32. */
  Transcript close() {
    return request(0x1023, 0, 0);
  }

  /** Any other. */
  Transcript command(int cmd) {
    return request(cmd, 0, 0);
  }

  byte[] toByteArray() {
    return bytes.toByteArray();
  }

  static byte[] contents(int pages) {
    byte[] contents = new byte[pages * PAGE];
    for (int i = 0; i < contents.length; i++) {
      contents[i] = (byte) (i / PAGE + 1);
    }
    return contents;
  }
}
