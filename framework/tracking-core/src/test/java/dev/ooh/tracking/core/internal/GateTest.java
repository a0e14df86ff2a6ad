package dev.ooh.tracking.core.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.ExecutionContext;
import dev.ooh.testing.space.TestExecution;
import dev.ooh.tracking.core.internal.Gate.Lease;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GateTest {
  private static final Duration FOREVER = Duration.ofDays(1);

  private final ExecutionContext execution = new TestExecution();
  private final Deque<Lease> waiting = new ConcurrentLinkedDeque<>();
  private final List<String> order = Collections.synchronizedList(new ArrayList<>());

  @Test
  void whoComesAgainAtOnceEntersBehindThoseWhoWait() {
    Gate gate = new Gate(FOREVER, waiting);
    Lease first = gate.enter(execution);
    CompletableFuture<Void> aSwitch = enterInAThread(gate, "switch", 1);
    CompletableFuture<Void> another = enterInAThread(gate, "another", 2);
    gate.leave(first);
    gate.leave(gate.enter(execution));
    order.add("again");
    CompletableFuture.allOf(aSwitch, another).join();
    assertThat(order).containsExactly("switch", "another", "again");
  }

  /** Such as a guest thread that can't return because the one who comes has stopped it. */
  @Test
  void whoIsNextAndDoesNotComeIsPassedBy() {
    Gate gate = new Gate(Duration.ZERO, waiting);
    Lease first = gate.enter(execution);
    CompletableFuture<Void> mayReturn = new CompletableFuture<>();
    CompletableFuture<Void> stuck =
        CompletableFuture.runAsync(() -> gate.leave(gate.enter(returningWhen(mayReturn))));
    awaitWaiting(1);
    gate.leave(first);
    gate.leave(gate.enter(execution));
    mayReturn.complete(null);
    stuck.join();
    assertThat(waiting).isEmpty();
  }

  @Test
  void whoGivesUpStandsInNobodysWay() {
    Gate gate = new Gate(FOREVER, waiting);
    Lease first = gate.enter(execution);
    assertThat(gate.enter(execution, Duration.ofNanos(1))).isEmpty();
    assertThat(waiting).isEmpty();
    gate.leave(first);
    Lease second = gate.enter(execution);
    assertThat(gate.holds(second)).isTrue();
    gate.leave(second);
    assertThat(gate.holds(second)).isFalse();
  }

  @Test
  void whoHoldsItTooLongIsNamedToThoseWhoWaitAndTheyKeepTheirPlaces() {
    Gate gate = new Gate(FOREVER, waiting);
    Lease first = gate.enter(execution);
    List<Lease> late = new ArrayList<>();
    Lease second =
        gate.enter(
            execution,
            Duration.ofNanos(1),
            holder -> {
              late.add(holder);
              if (late.size() == 1) {
                enterInAThread(gate, "behind", 2);
              } else {
                gate.leave(holder);
              }
            });
    assertThat(gate.holds(second)).isTrue();
    assertThat(late).containsExactly(first, first);
    gate.leave(first);
    assertThat(gate.holds(second)).isTrue();
  }

  /** Whoever waits on does so; it doesn't look again and again. */
  @Test
  void whoHoldsItTooLongIsGivenAsMuchTimeAgain() {
    Gate gate = new Gate(FOREVER, waiting);
    gate.enter(execution);
    Duration limit = Duration.ofMillis(20);
    List<Long> told = new ArrayList<>();
    gate.enter(
        execution,
        limit,
        holder -> {
          told.add(System.nanoTime());
          if (told.size() == 3) {
            gate.leave(holder);
          }
        });
    for (int i = 1; i < told.size(); i++) {
      assertThat(told.get(i) - told.get(i - 1)).isGreaterThanOrEqualTo(limit.toNanos());
    }
  }

  /** A context whose blocked calls return only when {@code allowed}. */
  private static ExecutionContext returningWhen(CompletableFuture<Void> allowed) {
    InvocationHandler blocked =
        (proxy, method, arguments) -> {
          Object result = ((Callable<?>) arguments[0]).call();
          allowed.join();
          return result;
        };
    return (ExecutionContext)
        Proxy.newProxyInstance(
            GateTest.class.getClassLoader(), new Class<?>[] {ExecutionContext.class}, blocked);
  }

  private CompletableFuture<Void> enterInAThread(Gate gate, String name, int count) {
    CompletableFuture<Void> done =
        CompletableFuture.runAsync(
            () -> {
              Lease lease = gate.enter(execution);
              order.add(name);
              gate.leave(lease);
            },
            task -> Thread.ofPlatform().daemon().start(task));
    awaitWaiting(count);
    return done;
  }

  private void awaitWaiting(int count) {
    while (waiting.size() < count) {
      Thread.onSpinWait();
    }
  }
}
