package dev.ooh.barrier;

import java.io.CharArrayReader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.util.concurrent.Future;

/** Classes that do what no barrier can follow; they are woven, never run. */
final class Unfollowable {
  private Unfollowable() {}

  interface Setter {
    void set(MemorySegment segment, ValueLayout.OfInt layout, long offset, int value);
  }

  static final class Reference {
    static final Setter SETTER = MemorySegment::set;
  }

  static final class Native {
    static native void store(MemorySegment segment);
  }

  static final class Slicing {
    static SegmentAllocator of(MemorySegment segment) {
      return SegmentAllocator.slicingAllocator(segment);
    }
  }

  static final class AsynchronousSocket {
    static Future<Integer> read(AsynchronousSocketChannel channel, ByteBuffer buffer) {
      return channel.read(buffer);
    }
  }

  static final class AsynchronousFile {
    static void read(
        AsynchronousFileChannel channel,
        ByteBuffer buffer,
        CompletionHandler<Integer, Object> handler) {
      channel.read(buffer, 0, null, handler);
    }
  }

  static final class AsynchronousWriter {
    static Future<Integer> write(AsynchronousFileChannel channel, ByteBuffer buffer) {
      return channel.write(buffer, 0);
    }
  }

  static final class Super extends CharArrayReader {
    Super() {
      super(new char[1]);
    }

    @Override
    public int read(CharBuffer buffer) throws IOException {
      return super.read(buffer);
    }
  }
}
