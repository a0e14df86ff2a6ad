package dev.ooh.linux.call;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ooh.linux.layout.CmsgHdr;
import dev.ooh.linux.layout.IoVec;
import dev.ooh.linux.layout.MsgHdr;
import dev.ooh.linux.layout.SockaddrUn;
import dev.ooh.linux.layout.Timeval;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A connected stream socket of the Unix domain that can carry a descriptor (unix(7), SCM_RIGHTS).
 * For one thread at a time, but for {@link #stopReceiving}.
 */
public final class UnixSocket implements AutoCloseable {
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOCK_STREAM_CLOEXEC = 1 | SOCK_CLOEXEC;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_SNDTIMEO = 21;
  private static final int SHUT_RD = 0;
  private static final int SHUT_RDWR = 2;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_WAITALL = 0x100;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final long NULL = 0;

  /** A userfaultfd and the connection that it is served over. */
  private static final int DESCRIPTORS = 2;

  private static final CFunction SOCKET = CFunction.of("socket");
  private static final CFunction SOCKETPAIR = CFunction.of("socketpair");
  private static final CFunction BIND = CFunction.of("bind");
  private static final CFunction LISTEN = CFunction.of("listen");
  private static final CFunction ACCEPT = CFunction.of("accept4");
  private static final CFunction CONNECT = CFunction.of("connect");
  private static final CFunction SETSOCKOPT = CFunction.of("setsockopt");
  private static final CFunction SENDMSG = CFunction.of("sendmsg");
  private static final CFunction RECVMSG = CFunction.of("recvmsg");
  private static final CFunction SEND = CFunction.of("send");
  private static final CFunction RECV = CFunction.of("recv");
  private static final CFunction SHUTDOWN = CFunction.of("shutdown");

  private final CallState errors = new CallState();
  private final LinuxCalls calls = new LinuxCalls();
  private final int fd;
  private boolean open = true;

  private UnixSocket(int fd) {
    this.fd = fd;
  }

  /** Takes over a connected socket's descriptor. */
  public static UnixSocket of(int fd) {
    return new UnixSocket(fd);
  }

  /** Two sockets that are connected to each other. */
  public record Pair(UnixSocket one, UnixSocket other) {}

  /** socketpair(2). */
  public static Pair pair() throws CallException {
    try (CallState errors = new CallState();
        Arena arena = Arena.ofConfined()) {
      MemorySegment both = arena.allocate(JAVA_INT, 2);
      if ((int) SOCKETPAIR.call(errors, SockaddrUn.AF_UNIX, SOCK_STREAM_CLOEXEC, 0, both.address())
          != 0) {
        throw errors.failure("socketpair(AF_UNIX)");
      }
      return new Pair(
          new UnixSocket(both.getAtIndex(JAVA_INT, 0)),
          new UnixSocket(both.getAtIndex(JAVA_INT, 1)));
    }
  }

  /** For poll(2), and to be handed on. */
  public int fd() {
    return fd;
  }

  /** Connects to a socket in the file system. */
  public static UnixSocket connect(String path) throws CallException {
    try (CallState errors = new CallState();
        Arena arena = Arena.ofConfined()) {
      MemorySegment address = address(arena, path);
      int fd = create(errors);
      int result = (int) CONNECT.call(errors, fd, address.address(), SockaddrUn.BYTES);
      return new UnixSocket(checked(errors, fd, result, "connect(" + path + ")"));
    }
  }

  /** Waits for one connection. */
  public static final class Listener implements AutoCloseable {
    private final CallState errors = new CallState();
    private final LinuxCalls calls = new LinuxCalls();
    private final int fd;

    /** Binds to a path that does not exist yet. */
    public Listener(String path) throws CallException {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment address = address(arena, path);
        int created = create(errors);
        int bound = (int) BIND.call(errors, created, address.address(), SockaddrUn.BYTES);
        checked(errors, created, bound, "bind(" + path + ")");
        int listening = (int) LISTEN.call(errors, created, 1);
        fd = checked(errors, created, listening, "listen(" + path + ")");
      }
    }

    /** Fails with EAGAIN when nobody connects in time. */
    public UnixSocket accept(Duration timeout) throws CallException {
      timeout(errors, fd, SO_RCVTIMEO, timeout);
      int accepted;
      do {
        accepted = (int) ACCEPT.call(errors, fd, NULL, NULL, SOCK_CLOEXEC);
      } while (errors.interrupted(accepted));
      if (accepted < 0) {
        throw errors.failure("accept");
      }
      return new UnixSocket(accepted);
    }

    @Override
    public void close() {
      calls.closeDescriptor(fd);
      calls.close();
      errors.close();
    }
  }

  /** Bounds every later {@link #receive} and {@link #send}; they fail with EAGAIN then. */
  public void timeout(Duration timeout) throws CallException {
    timeout(errors, fd, SO_RCVTIMEO, timeout);
    timeout(errors, fd, SO_SNDTIMEO, timeout);
  }

  /** Sends one byte, and copies of two descriptors with it. */
  public void sendDescriptors(int first, int second) throws CallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment control = control(arena);
      CmsgHdr.setRights(control, first, second);
      MemorySegment message = message(arena, control);
      long sent;
      do {
        sent = SENDMSG.call(errors, fd, message.address(), MSG_NOSIGNAL);
      } while (errors.interrupted(sent));
      if (sent != 1) {
        throw errors.failure("sendmsg(SCM_RIGHTS)");
      }
    }
  }

  /**
   * Receives what {@link #sendDescriptors} sent, in that order; the caller closes both. Empty when
   * this process may not have that many; null when the peer is gone.
   */
  public int @Nullable [] receiveDescriptors() throws CallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment control = control(arena);
      MemorySegment message = message(arena, control);
      long received;
      do {
        received = RECVMSG.call(errors, fd, message.address(), MSG_CMSG_CLOEXEC);
      } while (errors.interrupted(received));
      if (received == 0) {
        return null;
      }
      if (received < 0) {
        throw errors.failure("recvmsg(SCM_RIGHTS)");
      }
      int[] descriptors = CmsgHdr.rights(control, MsgHdr.controlBytes(message));
      if (descriptors.length < DESCRIPTORS) {
        for (int descriptor : descriptors) {
          calls.closeDescriptor(descriptor);
        }
        return new int[0];
      }
      return descriptors;
    }
  }

  /** Sends all of {@code bytes}. */
  public void send(MemorySegment bytes) throws CallException {
    for (long done = 0; done < bytes.byteSize(); ) {
      long sent =
          SEND.call(errors, fd, bytes.address() + done, bytes.byteSize() - done, MSG_NOSIGNAL);
      if (sent < 0 && !errors.interrupted(sent)) {
        throw errors.failure("send");
      }
      done += Math.max(0, sent);
    }
    Reference.reachabilityFence(bytes);
  }

  /** Fills {@code bytes}. Returns false when the peer is gone. */
  public boolean receive(MemorySegment bytes) throws CallException {
    for (long done = 0; done < bytes.byteSize(); ) {
      long received =
          RECV.call(errors, fd, bytes.address() + done, bytes.byteSize() - done, MSG_WAITALL);
      if (received == 0) {
        return false;
      }
      if (received < 0 && !errors.interrupted(received)) {
        throw errors.failure("recv");
      }
      done += Math.max(0, received);
    }
    Reference.reachabilityFence(bytes);
    return true;
  }

  /**
   * Reads no more, which a thread that polls this socket for POLLRDHUP sees, and so does one in
   * {@link #receive}. For any thread while the socket is open.
   */
  public void stopReceiving() {
    shutdown(SHUT_RD);
  }

  private void shutdown(int how) {
    try (CallState own = new CallState()) {
      long _ = SHUTDOWN.call(own, fd, how);
    }
  }

  /** Ends the connection; the peer's receive returns false. */
  @Override
  public void close() {
    if (open) {
      shutdown(SHUT_RDWR);
      letGo();
    }
  }

  /** Closes this copy of the descriptor; the connection is that of who holds another copy. */
  public void letGo() {
    if (open) {
      open = false;
      calls.closeDescriptor(fd);
      calls.close();
      errors.close();
    }
  }

  private static int create(CallState errors) throws CallException {
    int fd = (int) SOCKET.call(errors, SockaddrUn.AF_UNIX, SOCK_STREAM_CLOEXEC, 0);
    if (fd < 0) {
      throw errors.failure("socket(AF_UNIX)");
    }
    return fd;
  }

  private static int checked(CallState errors, int fd, int result, String what)
      throws CallException {
    if (result < 0) {
      CallException failure = errors.failure(what);
      try (LinuxCalls calls = new LinuxCalls()) {
        calls.closeDescriptor(fd);
      }
      throw failure;
    }
    return fd;
  }

  private static MemorySegment address(Arena arena, String path) throws CallException {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= SockaddrUn.PATH_BYTES) {
      String found =
          "socket path %s has %d bytes, wanted fewer than %d"
              .formatted(path, bytes.length, SockaddrUn.PATH_BYTES);
      throw CallException.of(found, Errno.ENAMETOOLONG);
    }
    MemorySegment address = arena.allocate(SockaddrUn.BYTES, Long.BYTES);
    SockaddrUn.set(address, bytes);
    return address;
  }

  /** Room for what goes with a message. */
  private static MemorySegment control(Arena arena) {
    return arena.allocate(CmsgHdr.bytes(DESCRIPTORS), Long.BYTES);
  }

  /** A message of one byte: without data nothing is sent. */
  private static MemorySegment message(Arena arena, MemorySegment control) {
    MemorySegment data = arena.allocate(IoVec.BYTES, Long.BYTES);
    IoVec.set(data, arena.allocate(1).address(), 1);
    MemorySegment message = arena.allocate(MsgHdr.BYTES, Long.BYTES);
    MsgHdr.set(message, data, control);
    return message;
  }

  private static void timeout(CallState errors, int fd, int option, Duration timeout)
      throws CallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment timeval = arena.allocate(Timeval.BYTES, Long.BYTES);
      Timeval.set(timeval, timeout);
      int result =
          (int) SETSOCKOPT.call(errors, fd, SOL_SOCKET, option, timeval.address(), Timeval.BYTES);
      if (result != 0) {
        throw errors.failure("setsockopt(%d, %s)".formatted(option, timeout));
      }
    }
  }
}
