package dev.ooh.image.remote;

import dev.ooh.image.file.FileLayer;
import dev.ooh.image.message.PagemapImage;
import dev.ooh.image.message.SetFiles;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A connection of one of CRIU's clients. Everything is durable before its closing is answered,
 * though CRIU takes that for received only.
 */
final class CriuSession {
  private static final int GATHERED = 1 << 20;
  private static final int LAZY = 2;
  private static final int KNOWN_FLAGS = PageServerIov.IN_PARENT | PageServerIov.PRESENT | LAZY;

  private final Connection client;
  private final ReceivedImages images;
  private final PageServer.Listener listener;
  private final Optional<ReceivedImages.Received> parent;
  private final Map<Long, PageSet> pages = new HashMap<>();
  private final byte[] buffer = new byte[GATHERED];
  private ReceivedImages.@Nullable Draft draft;

  /** The pagemap that runs are added to, and what it is of. */
  private @Nullable Opened opened;

  private int count;

  /** The end of the last run that was added to the pagemap. */
  private long last;

  CriuSession(Connection client, ReceivedImages images, PageServer.Listener listener) {
    this.client = client;
    this.images = images;
    this.listener = listener;
    this.parent = images.last();
  }

  /** A pagemap and the file of its pages. */
  private record Opened(
      long destination,
      String name,
      PagemapImage pagemap,
      FileLayer.Output file,
      PageSet.Builder held) {}

  /**
   * @param start of the first request
   */
  void serve(byte[] start) throws IOException {
    byte[] old = join(start, client.read(PageServerIov.Version.UP_TO_4_1_1.bytes - start.length));
    PageServerIov.Version version = PageServerIov.Version.of(old);
    if (PageServerIov.isClosing(old)) {
      complete();
      awaitEnd(PageServerIov.Version.FROM_4_2.bytes - PageServerIov.Version.UP_TO_4_1_1.bytes);
      return;
    }
    byte[] first = join(old, client.read(version.bytes - old.length));
    try {
      boolean more = serve(PageServerIov.parse(first, version));
      while (more) {
        byte[] next = client.readOrEnd(version.bytes);
        if (next == null) {
          throw new IOException(client.peer() + ": it hung up before its images were complete");
        }
        more = serve(PageServerIov.parse(next, version));
      }
      awaitEnd(0);
    } finally {
      drop();
    }
  }

  /**
   * After the closing: its answer was the last thing, so it doesn't matter how the connection ends.
   *
   * @param tolerated how many bytes may come. A dump that fails before its first pagemap closes
   *     with a destination of 0, from which nobody can tell the version: what the longer one has
   *     more is not waited for before the answer, but may come
   */
  private void awaitEnd(int tolerated) throws IOException {
    int more = 0;
    try {
      while (more <= tolerated && client.readOrEnd(1) != null) {
        more++;
      }
    } catch (IOException e) {
      return;
    }
    if (more > tolerated) {
      throw wrong("more after the closing", "the end of the connection");
    }
  }

  private static byte[] join(byte[] start, byte[] more) {
    byte[] whole = Arrays.copyOf(start, start.length + more.length);
    System.arraycopy(more, 0, whole, start.length, more.length);
    return whole;
  }

  /** Whether more may come. */
  private boolean serve(PageServerIov request) throws IOException {
    switch (request.command()) {
      case PageServerIov.OPEN -> open(request);
      case PageServerIov.OPEN2 -> {
        open(request);
        client.write(new byte[] {(byte) (hasParent(request) ? 1 : 0)});
        client.flush();
      }
      case PageServerIov.PARENT -> {
        client.writeInt(hasParent(request) ? 1 : 0);
        client.flush();
      }
      case PageServerIov.ADD -> add(request, PageServerIov.PRESENT);
      case PageServerIov.HOLE -> add(request, PageServerIov.IN_PARENT);
      case PageServerIov.ADD_F -> add(request, request.flags());
      case PageServerIov.CLOSE, PageServerIov.FORCE_CLOSE -> {
        complete();
        return false;
      }
      default -> throw wrong("command " + request.command(), "one of a dump's");
    }
    return true;
  }

  private boolean hasParent(PageServerIov request) {
    return parent.isPresent() && parent.get().pages().containsKey(request.destination());
  }

  private void open(PageServerIov request) throws IOException {
    endPagemap();
    String kind =
        switch (request.type()) {
          case PageServerIov.TYPE_PID -> "";
          case PageServerIov.TYPE_SHMEM -> "shmem-";
          default -> throw wrong("pagemap of type " + request.type(), "1 or 2");
        };
    if (pages.containsKey(request.destination())) {
      throw wrong("pagemap of %d a second time".formatted(request.id()), "each once");
    }
    ReceivedImages.Draft to = draft;
    if (to == null) {
      to = images.draft(parent);
      draft = to;
    }
    last = 0;
    int number = ++count;
    opened =
        new Opened(
            request.destination(),
            "pagemap-" + kind + request.id() + ".img",
            new PagemapImage(number),
            to.create(SetFiles.pages(number)),
            PageSet.builder());
  }

  private void add(PageServerIov request, int flags) throws IOException {
    Opened to = opened;
    if (to == null || to.destination() != request.destination()) {
      open(request); // clients before CRIU 1.3 open nothing
      to = opened;
    }
    if (to == null) {
      throw new IllegalStateException("nothing is open");
    }
    long start = request.address();
    if (start < 0
        || start % PageSet.PAGE_SIZE != 0
        || request.pages() < 1
        || request.pages() > (Long.MAX_VALUE - start) / PageSet.PAGE_SIZE) {
      throw wrong("%d pages at 0x%x".formatted(request.pages(), start), "a run of whole pages");
    }
    boolean present = (flags & PageServerIov.PRESENT) != 0;
    boolean hole = (flags & PageServerIov.IN_PARENT) != 0;
    if (present == hole || (flags & ~KNOWN_FLAGS) != 0) {
      throw wrong("flags %d of pages".formatted(flags), "either 1 (parent) or 4 (present)");
    }
    if (start < last) {
      throw wrong(
          "pages at 0x%x after those up to 0x%x".formatted(start, last), "each once, ascending");
    }
    long end = start + request.pages() * PageSet.PAGE_SIZE;
    if (hole) {
      checkCovered(request, PageSet.of(start, end));
    }
    last = end;
    to.pagemap().add(start, end, hole);
    to.held().add(start, end);
    for (long left = present ? end - start : 0; left > 0; ) {
      int length = (int) Math.min(left, buffer.length);
      client.readFully(buffer, length);
      to.file().write(ByteBuffer.wrap(buffer, 0, length));
      left -= length;
    }
  }

  private void checkCovered(PageServerIov request, PageSet hole) throws IOException {
    PageSet known =
        parent.map(received -> received.pages().get(request.destination())).orElse(PageSet.empty());
    PageSet missing = hole.minus(known == null ? PageSet.empty() : known);
    if (!missing.isEmpty()) {
      throw wrong("pages left to a parent: " + missing, "them in a parent");
    }
  }

  private void endPagemap() throws IOException {
    Opened done = opened;
    ReceivedImages.Draft to = draft;
    if (done == null || to == null) {
      return;
    }
    done.file().force(); // if it fails the file stays open, and is abandoned with the draft
    opened = null;
    done.file().close();
    to.write(done.name(), done.pagemap().toByteArray());
    pages.put(done.destination(), done.held().build());
  }

  private void complete() throws IOException {
    endPagemap();
    ReceivedImages.Draft done = draft;
    Path where = done == null ? null : done.publish(pages);
    try {
      client.writeInt(0);
      client.flush();
    } finally {
      if (where != null) {
        listener.received(where); // durable, whether or not the client can be told so
      }
    }
  }

  private void drop() throws IOException {
    Opened half = opened;
    ReceivedImages.Draft begun = draft;
    if (begun != null) {
      try (begun) {
        if (half != null) {
          half.file().abandon();
        }
      }
    }
  }

  private IOException wrong(String found, String wanted) {
    return new IOException("%s: found %s, wanted %s".formatted(client.peer(), found, wanted));
  }
}
