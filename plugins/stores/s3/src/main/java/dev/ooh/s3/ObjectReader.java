package dev.ooh.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/** Reads an object from anywhere, in blocks. For one thread. */
final class ObjectReader implements SeekableByteChannel {
  private static final int BLOCK = 1 << 20;

  private final Bucket bucket;
  private final String key;
  private final long size;
  private long position;
  private byte[] block = {};
  private long blockAt;
  private boolean open = true;

  /**
   * @param size of the object, which does not change
   */
  ObjectReader(Bucket bucket, String key, long size) {
    this.bucket = bucket;
    this.key = key;
    this.size = size;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    checkOpen();
    if (position >= size) {
      return -1;
    }
    if (position < blockAt || position >= blockAt + block.length) {
      int length = (int) Math.min(size - position, Math.max(BLOCK, target.remaining()));
      block = bucket.get(key, position, length);
      blockAt = position;
      if (block.length == 0) {
        return -1;
      }
    }
    int from = (int) (position - blockAt);
    int length = Math.min(block.length - from, target.remaining());
    target.put(block, from, length);
    position += length;
    return length;
  }

  private void checkOpen() throws ClosedChannelException {
    if (!open) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public SeekableByteChannel position(long wanted) throws IOException {
    checkOpen();
    if (wanted < 0) {
      throw new IllegalArgumentException("position is " + wanted + ", wanted 0 or more");
    }
    position = wanted;
    return this;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int write(ByteBuffer source) {
    throw new NonWritableChannelException();
  }

  @Override
  public SeekableByteChannel truncate(long wanted) {
    throw new NonWritableChannelException();
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
  }
}
