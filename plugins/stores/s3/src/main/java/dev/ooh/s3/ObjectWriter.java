package dev.ooh.s3;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.SeekableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Writes an object from its start to its end. It is there, and durable, when this was closed; after
 * a failed write it never is. For one thread.
 */
final class ObjectWriter implements SeekableByteChannel {
  /** S3 takes 10,000 parts, so objects have 156 GiB at most. */
  private static final int PART = 16 << 20;

  private final Bucket bucket;
  private final String key;
  private final boolean fresh;
  private final ByteArrayOutputStream part = new ByteArrayOutputStream();
  private Bucket.@Nullable Parts parts;
  private long written;
  private boolean failed;
  private boolean open = true;

  /**
   * @param fresh whether it must not be there yet when it is closed
   */
  ObjectWriter(Bucket bucket, String key, boolean fresh) {
    this.bucket = bucket;
    this.key = key;
    this.fresh = fresh;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    if (!open) {
      throw new ClosedChannelException();
    }
    int length = Math.min(source.remaining(), PART - part.size());
    byte[] bytes = new byte[length];
    source.get(bytes);
    part.writeBytes(bytes);
    written += length;
    if (part.size() == PART) {
      send();
    }
    return length;
  }

  private void send() throws IOException {
    boolean sent = false;
    try {
      Bucket.Parts to = parts;
      if (to == null) {
        to = bucket.parts(key);
        parts = to;
      }
      to.add(part.toByteArray());
      part.reset();
      sent = true;
    } finally {
      failed |= !sent;
    }
  }

  @Override
  public void close() throws IOException {
    if (!open) {
      return;
    }
    open = false;
    Bucket.Parts to = parts;
    if (to == null) {
      if (!failed) {
        bucket.put(key, part.toByteArray(), fresh);
      }
      return;
    }
    if (failed) {
      to.abort();
      return;
    }
    try {
      if (part.size() > 0) {
        to.add(part.toByteArray());
      }
      to.complete(fresh);
    } catch (IOException e) {
      abort(to, e);
      throw e;
    }
  }

  private static void abort(Bucket.Parts parts, IOException cause) {
    try {
      parts.abort();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public long position() {
    return written;
  }

  @Override
  public long size() {
    return written;
  }

  @Override
  public SeekableByteChannel position(long wanted) {
    throw new UnsupportedOperationException("an object is written from its start to its end");
  }

  /** To nothing, or not at all. */
  @Override
  public SeekableByteChannel truncate(long wanted) throws IOException {
    if (wanted >= written) {
      return this;
    }
    if (wanted != 0) {
      throw new UnsupportedOperationException("an object is written from its start to its end");
    }
    Bucket.Parts to = parts;
    parts = null;
    part.reset();
    written = 0;
    if (to != null) {
      to.abort();
    }
    return this;
  }

  @Override
  public int read(ByteBuffer target) {
    throw new NonReadableChannelException();
  }

  @Override
  public boolean isOpen() {
    return open;
  }
}
