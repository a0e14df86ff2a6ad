package dev.ooh.image.remote;

import dev.ooh.image.file.FileLayer;
import dev.ooh.image.message.PagemapImage;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.SetDraft;
import dev.ooh.image.store.SetPlace;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sets whose pages and pagemaps go to {@code criu page-server}, each by a connection of its own,
 * while all else is beside in a directory. What comes back says that the pages were received, not
 * that they are durable. For one thread.
 */
public final class CriuPageServer implements SetPlace {
  /** With the first answer: a peer of the other version waits for bytes that never come. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** With a slow disk, behind a server that is known to be of the right version. */
  private static final Duration PATIENCE_WITH_PAGES = Duration.ofMinutes(1);

  private final ImageStore store;
  private final InetSocketAddress address;
  private final PageServerIov.Version version;

  /**
   * @param store of everything but pages and pagemaps
   * @param protocol 3 for CRIU up to 4.1.1, 4 for CRIU from 4.2 on
   */
  public CriuPageServer(ImageStore store, InetSocketAddress address, int protocol) {
    this.store = store;
    this.address = address;
    this.version =
        switch (protocol) {
          case 3 -> PageServerIov.Version.UP_TO_4_1_1;
          case 4 -> PageServerIov.Version.FROM_4_2;
          default ->
              throw new IllegalArgumentException("protocol is " + protocol + ", wanted 3 or 4");
        };
  }

  /** The server is reached now, so that nobody who stands still when pages are written waits. */
  @Override
  public SetDraft draft() throws IOException {
    SetDraft beside = store.draft(); // first of all: the server ends with its first connection
    boolean reached = false;
    try {
      SetDraft draft = new Draft(beside, Connection.to(address));
      reached = true;
      return draft;
    } finally {
      if (!reached) {
        beside.close();
      }
    }
  }

  /** Removes what is beside; the page server has no such request. */
  @Override
  public void remove(Path set) throws IOException {
    store.remove(set);
  }

  private final class Draft implements SetDraft {
    private final SetDraft beside;
    private final Connection server;

    Draft(SetDraft beside, Connection server) {
      this.beside = beside;
      this.server = server;
    }

    @Override
    public FileLayer.Output create(String name) throws IOException {
      return beside.create(name);
    }

    @Override
    public Optional<FileLayer.Output> pages(int pid, PageSet present, PageSet inParent)
        throws IOException {
      Pages pages = new Pages(server, pid, present, inParent);
      pages.open();
      return Optional.of(pages);
    }

    @Override
    public void parent(Path parent) throws IOException {
      beside.parent(parent);
    }

    @Override
    public Path publish(boolean newest) throws IOException {
      return beside.publish(newest);
    }

    @Override
    public void close() throws IOException {
      try (SetDraft _ = beside) {
        server.close();
      }
    }
  }

  /** The pages of one set, on their way. */
  private final class Pages implements FileLayer.Output {
    private record Run(long start, long end, boolean inParent) {}

    private final Connection server;
    private final long destination;
    private final boolean holes;
    private final List<Run> runs = new ArrayList<>();
    private int next;

    /** Bytes of the present run that was announced last which are still to be sent. */
    private long left;

    Pages(Connection server, int pid, PageSet present, PageSet inParent) {
      this.server = server;
      this.destination = PageServerIov.destination(PageServerIov.TYPE_PID, pid);
      this.holes = !inParent.isEmpty();
      PagemapImage.runs(
          present, inParent, (start, end, hole) -> runs.add(new Run(start, end, hole)));
    }

    void open() throws IOException {
      server.patience(PATIENCE);
      send(PageServerIov.request(PageServerIov.OPEN2, destination));
      server.flush();
      byte parent;
      try {
        parent = server.read(1)[0];
      } catch (IOException e) {
        throw new IOException(e.getMessage() + "; does it want another --page-server-protocol?", e);
      }
      server.patience(PATIENCE_WITH_PAGES);
      if (holes && parent == 0) {
        throw new IOException(
            "%s: it has no parent images for pid %d, wanted it started with --prev-images-dir"
                .formatted(server.peer(), destination >>> Byte.SIZE));
      }
    }

    private void send(PageServerIov request) throws IOException {
      server.write(request.toBytes(version));
    }

    /** Announces runs up to the next present one. */
    private void announce() throws IOException {
      while (left == 0 && next < runs.size()) {
        Run run = runs.get(next++);
        long bytes = run.end - run.start;
        send(
            new PageServerIov(
                PageServerIov.ADD_F,
                run.inParent ? PageServerIov.IN_PARENT : PageServerIov.PRESENT,
                bytes / PageSet.PAGE_SIZE,
                run.start,
                destination));
        left = run.inParent ? 0 : bytes;
      }
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      byte[] chunk = new byte[bytes.remaining()];
      bytes.get(chunk);
      for (int at = 0; at < chunk.length; ) {
        announce();
        int length = (int) Math.min(left, chunk.length - at);
        if (length == 0) {
          throw new IllegalStateException("more pages than were announced");
        }
        server.write(chunk, at, length);
        left -= length;
        at += length;
      }
    }

    /** Everything was received when this returns; whether it is durable nobody says. */
    @Override
    public void force() throws IOException {
      announce();
      if (left > 0) {
        throw new IllegalStateException("%d bytes of announced pages are missing".formatted(left));
      }
      send(PageServerIov.request(PageServerIov.CLOSE, destination));
      server.flush();
      int status = server.readInt();
      if (status != 0) {
        throw new IOException(
            "%s: status %d of the closing, wanted 0".formatted(server.peer(), status));
      }
    }

    /** The server waits for the end of the connection. */
    @Override
    public void close() throws IOException {
      server.close();
    }
  }
}
