package dev.ooh.machine.substrate;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.hypervisor.ScheduledVcpu;
import dev.ooh.machine.kernel.GuestKernel;
import dev.ooh.machine.kernel.GuestLock;
import dev.ooh.machine.kernel.GuestThread;
import dev.ooh.machine.kernel.Scheduler;
import dev.ooh.machine.kernel.StopTimeoutException;
import dev.ooh.machine.kernel.UserProcess;
import dev.ooh.memory.ExecutionContext;
import java.time.Duration;
import java.util.concurrent.Callable;

/** The threads of one process, of which one at a time has its machine's CPU. */
final class VirtualExecution implements ExecutionContext {
  private final GuestKernel kernel;
  private final Scheduler scheduler;
  private final ScheduledVcpu vcpu;
  private final UserProcess process;
  private final VirtualCosts costs;
  private final ProcessClock clock;
  private final WaitingTime waiting;

  VirtualExecution(Machine machine, UserProcess process) {
    this.kernel = machine.kernel();
    this.scheduler = kernel.scheduler();
    this.vcpu = machine.hardware().scheduled();
    this.process = process;
    this.costs = machine.costs();
    this.clock = new ProcessClock(costs, process);
    this.waiting = machine.waiting();
  }

  @Override
  public <T> T run(Callable<T> body) throws Exception {
    return scheduler.run(process, body);
  }

  @Override
  public TrackedThread spawn(String name, Runnable body) {
    GuestThread thread = scheduler.spawn(name, process, body);
    return new TrackedThread() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public boolean isAlive() {
        return thread.isAlive();
      }

      @Override
      public void join() throws InterruptedException {
        scheduler.join(thread);
        Throwable failure = thread.failure();
        if (failure != null) {
          throw new IllegalStateException("thread " + name + " failed: " + failure, failure);
        }
      }
    };
  }

  @Override
  public boolean isMember() {
    return scheduler.isInside(process);
  }

  @Override
  public void poll() {
    scheduler.poll(false);
  }

  @Override
  public void pollRestartable() {
    scheduler.poll(true);
  }

  @Override
  public void work(long units) {
    if (scheduler.isInside()) {
      kernel.counters().count(Event.WORK_UNIT, units);
      vcpu.worked(units);
    }
  }

  @Override
  public <T> T blocked(Callable<T> call) throws Exception {
    return scheduler.blocked(call);
  }

  @Override
  public ContextLock newLock() {
    GuestLock lock = new GuestLock(scheduler);
    return new ContextLock() {
      @Override
      public void lock() {
        lock.lock();
      }

      @Override
      public void unlock() {
        lock.unlock();
      }

      @Override
      public void await() {
        lock.await();
      }

      @Override
      public void signalAll() {
        lock.signalAll();
      }
    };
  }

  @Override
  public long nanoTime() {
    return (long) ((costs.ranMillis(clock) + waiting.millis()) * 1_000_000);
  }

  @Override
  public boolean simulatedTime() {
    return true;
  }

  @Override
  public StoppedWriters stopWriters(StopPoint at, Duration timeout)
      throws WritersNotStoppedException {
    try {
      Runnable release = scheduler.stopOthers(at == StopPoint.RESTARTABLE_POLL, timeout);
      boolean[] held = {true};
      return () -> {
        if (held[0]) {
          held[0] = false;
          release.run();
        }
      };
    } catch (StopTimeoutException e) {
      throw new WritersNotStoppedException(String.valueOf(e.getMessage()));
    }
  }
}
