package dev.ooh.linux.substrate;

import dev.ooh.memory.ExecutionContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Ordinary threads that can be stopped at polls. A thread's state is guarded by {@link #lock}; the
 * poll itself is one volatile read while nobody stops anybody.
 */
final class LinuxExecution implements ExecutionContext {
  private enum State {
    RUNNING,
    /** Waiting at a poll, or outside tracked memory. */
    STOPPABLE,
    STOPPED_RESTARTABLE
  }

  /** A thread of this context, while it runs here. */
  private static final class Member {
    final Thread thread;
    State state = State.RUNNING;

    Member(Thread thread) {
      this.thread = thread;
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Member> members = new ArrayList<>();
  private final ThreadLocal<@Nullable Member> current = new ThreadLocal<>();
  private final HelperThreads helpers = new HelperThreads();

  private final boolean hasAllWriters;

  /** Whether anybody is stopped or wanted to; written under the lock. */
  private volatile boolean asked;

  /** At whose word others stand still, or come to; null for nobody. */
  private @Nullable Thread stopper;

  /** How often the stopper stopped the others without letting them go. */
  private int depth;

  /**
   * Who waits until all others have come to a restartable poll. On their way there they must run
   * on, so until then nobody but those who arrived stands still for it. Written under the lock.
   */
  private volatile @Nullable Thread waiting;

  /**
   * @param hasAllWriters whether whoever stores is one of its threads; if not, no stop succeeds
   */
  LinuxExecution(boolean hasAllWriters) {
    this.hasAllWriters = hasAllWriters;
  }

  @Override
  public <T> T run(Callable<T> body) throws Exception {
    if (current.get() != null) {
      return body.call();
    }
    Member member = join();
    try {
      return body.call();
    } finally {
      leave(member);
    }
  }

  @Override
  public TrackedThread spawn(String name, Runnable body) {
    return new LinuxThread(this, name, body);
  }

  @Override
  public boolean isMember() {
    return current.get() != null;
  }

  @Override
  public void poll() {
    if (asked) {
      rest(State.STOPPABLE);
    }
  }

  @Override
  public void pollRestartable() {
    if (asked) {
      rest(State.STOPPED_RESTARTABLE);
    }
  }

  @Override
  public boolean isStopAwaited() {
    return waiting != null;
  }

  @Override
  public void work(long units) {}

  @Override
  public <T> T blocked(Callable<T> call) throws Exception {
    Member me = current.get();
    if (me == null) {
      return call.call();
    }
    enter(me, State.STOPPABLE);
    try {
      return call.call();
    } finally {
      resume(me);
    }
  }

  @Override
  public void together(int threads, Runnable body) {
    helpers.run(threads - 1, body);
  }

  @Override
  public ContextLock newLock() {
    return new LinuxLock(this);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public boolean simulatedTime() {
    return false;
  }

  @Override
  public StoppedWriters stopWriters(StopPoint at, Duration timeout)
      throws WritersNotStoppedException {
    if (!hasAllWriters) {
      throw new WritersNotStoppedException(
          "threads store that never joined the address space, wanted none (writers=joined)");
    }
    Member me = current.get();
    long deadline = System.nanoTime() + timeout.toNanos();
    lock.lock();
    try {
      if (stopper == Thread.currentThread()) {
        // They stand already: a collector that fetches within its own pause.
        depth++;
      } else if (at == StopPoint.POLL) {
        stopAtPolls(me, deadline);
      } else {
        stopAtRestartablePolls(me, deadline);
      }
    } finally {
      lock.unlock();
    }
    return this::releaseOnce;
  }

  private void stopAtPolls(@Nullable Member me, long deadline) throws WritersNotStoppedException {
    awaitTurn(me, deadline);
    stopper = Thread.currentThread();
    depth = 1;
    asked = true;
    boolean stand = false;
    try {
      awaitStill(StopPoint.POLL, me, deadline);
      stand = true;
    } finally {
      if (!stand) {
        release();
      }
    }
  }

  private void stopAtRestartablePolls(@Nullable Member me, long deadline)
      throws WritersNotStoppedException {
    // Meanwhile a collector may have its pause, in which this thread does nothing; and another
    // checkpointer its stop, for nothing of this thread is to be restored.
    setState(me, State.STOPPED_RESTARTABLE);
    boolean stand = false;
    try {
      while (waiting != null) {
        awaitChange(deadline, "another stop");
      }
      asked = true; // first: who hurries to a poll because somebody waits is to stop there
      waiting = Thread.currentThread();
      while (stopper != null || !stillRunning(StopPoint.RESTARTABLE_POLL, me).isEmpty()) {
        awaitStill(StopPoint.RESTARTABLE_POLL, me, deadline);
        if (stopper != null) {
          awaitChange(deadline, "another stop");
        }
      }
      stopper = Thread.currentThread();
      depth = 1;
      stand = true;
    } finally {
      if (waiting == Thread.currentThread()) {
        waiting = null;
      }
      if (!stand) {
        asked = stopper != null || waiting != null;
        changed.signalAll();
      }
      goOn(me);
    }
  }

  /** Waits while another stop is in force: this thread is one of those it stops. */
  private void awaitTurn(@Nullable Member me, long deadline) throws WritersNotStoppedException {
    setState(me, State.STOPPABLE);
    try {
      while (stopper != null) {
        awaitChange(deadline, "another stop");
      }
    } finally {
      goOn(me);
    }
  }

  /** Makes the calling thread run, when it may; nobody stops one that is outside. */
  private void goOn(@Nullable Member me) {
    while (me != null && isStopped(State.STOPPABLE)) {
      changed.awaitUninterruptibly();
    }
    setState(me, State.RUNNING);
  }

  private void awaitStill(StopPoint at, @Nullable Member me, long deadline)
      throws WritersNotStoppedException {
    while (!stillRunning(at, me).isEmpty()) {
      awaitChange(deadline, String.join(", ", stillRunning(at, me)));
    }
  }

  private void releaseOnce() {
    lock.lock();
    try {
      if (depth > 0 && --depth == 0) {
        release();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Makes the calling thread one of this context; it waits while another has threads stopped. */
  Member join() {
    Member member = new Member(Thread.currentThread());
    lock.lock();
    try {
      while (isStopped(State.STOPPABLE)) {
        changed.awaitUninterruptibly();
      }
      members.add(member);
    } finally {
      lock.unlock();
    }
    current.set(member);
    return member;
  }

  void leave(Member member) {
    current.remove();
    lock.lock();
    try {
      members.remove(member);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Counts the calling thread as stopped until {@link #endWait}. */
  void beginWait() {
    Member me = current.get();
    if (me != null) {
      enter(me, State.STOPPABLE);
    }
  }

  void endWait() {
    Member me = current.get();
    if (me != null) {
      resume(me);
    }
  }

  private void rest(State as) {
    Member me = current.get();
    if (me == null) {
      return;
    }
    lock.lock();
    try {
      while (isStopped(as)) {
        setState(me, as);
        changed.awaitUninterruptibly();
      }
      setState(me, State.RUNNING);
    } finally {
      lock.unlock();
    }
  }

  /** Whether the calling thread must stand still where it is. */
  private boolean isStopped(State as) {
    if (stopper != null) {
      return stopper != Thread.currentThread();
    }
    return as == State.STOPPED_RESTARTABLE && waiting != null && waiting != Thread.currentThread();
  }

  private void enter(Member me, State state) {
    lock.lock();
    try {
      setState(me, state);
    } finally {
      lock.unlock();
    }
  }

  private void resume(Member me) {
    lock.lock();
    try {
      goOn(me);
    } finally {
      lock.unlock();
    }
  }

  private void setState(@Nullable Member me, State state) {
    if (me != null && me.state != state) {
      me.state = state;
      changed.signalAll();
    }
  }

  private void release() {
    stopper = null;
    asked = waiting != null;
    changed.signalAll();
  }

  private List<String> stillRunning(StopPoint at, @Nullable Member me) {
    return members.stream()
        .filter(member -> member != me)
        .filter(
            member ->
                at == StopPoint.POLL
                    ? member.state == State.RUNNING
                    : member.state != State.STOPPED_RESTARTABLE)
        .map(member -> member.thread.getName())
        .toList();
  }

  private void awaitChange(long deadline, String whom) throws WritersNotStoppedException {
    long left = deadline - System.nanoTime();
    try {
      if (left <= 0 || changed.awaitNanos(left) <= 0) {
        throw new WritersNotStoppedException(
            "threads did not stop in time: " + whom + "; wanted each to reach a poll");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WritersNotStoppedException("interrupted while stopping threads: " + whom);
    }
  }

  /** For the threads it starts. */
  static final class Joined implements AutoCloseable {
    private final LinuxExecution execution;
    private final Member member;

    Joined(LinuxExecution execution) {
      this.execution = execution;
      this.member = execution.join();
    }

    @Override
    public void close() {
      execution.leave(member);
    }
  }
}
