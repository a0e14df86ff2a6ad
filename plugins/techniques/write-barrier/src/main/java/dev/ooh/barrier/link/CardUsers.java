package dev.ooh.barrier.link;

import dev.ooh.barrier.card.CardTable;
import dev.ooh.memory.PageSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who reads the cards: the barriers are on while there is somebody. No page has two readers, who
 * would take each other's marks away. For any thread.
 */
public final class CardUsers {
  private static final int MOST_REASONS = 8;

  private final Barrier barrier;
  private final Supplier<List<String>> unfollowed;
  private final Map<Object, Set<String>> users = new LinkedHashMap<>();
  private final Map<Object, PageSet> claims = new HashMap<>();
  private @Nullable CardTable table;

  /**
   * @param unfollowed what woven classes do that no barrier can follow, in words
   */
  CardUsers(Barrier barrier, Supplier<List<String>> unfollowed) {
    this.barrier = barrier;
    this.unfollowed = unfollowed;
  }

  /**
   * Switches the barriers on, if they aren't.
   *
   * @param user until it closes
   * @param cardBytes the largest that the user can do with
   * @return a table of cards of this size or smaller
   * @throws IllegalStateException if the table in use has larger cards
   */
  public synchronized CardTable open(Object user, int cardBytes) {
    CardTable now = table;
    if (now == null) {
      now = new CardTable(cardBytes);
      table = now;
      barrier.on(now);
    } else if (now.cardBytes() > cardBytes) {
      throw new IllegalStateException(
          "cards have %d bytes as long as other sessions are open, wanted %d"
              .formatted(now.cardBytes(), cardBytes));
    }
    users.put(user, new LinkedHashSet<>());
    return now;
  }

  /** Switches the barriers off after the last user. */
  public synchronized void close(Object user) {
    claims.remove(user);
    if (users.remove(user) != null && users.isEmpty()) {
      table = null;
      barrier.off();
    }
  }

  /**
   * Takes {@code pages} for {@code user}, in the place of what it had.
   *
   * @return those that somebody else has; then nothing is taken
   */
  public synchronized PageSet claim(Object user, PageSet pages) {
    for (Map.Entry<Object, PageSet> other : claims.entrySet()) {
      PageSet both = other.getValue().intersect(pages);
      if (!other.getKey().equals(user) && !both.isEmpty()) {
        return both;
      }
    }
    claims.put(user, pages);
    return PageSet.empty();
  }

  /**
   * Why stores may have gone unmarked since the last call, if they may. What no barrier can follow
   * is a reason each time, for it may store at any moment.
   */
  public synchronized List<String> takeDoubts(Object user) {
    Set<String> reasons = users.get(user);
    if (reasons == null) {
      return List.of();
    }
    List<String> lasting = unfollowed.get();
    addTo(reasons, lasting);
    List<String> taken = List.copyOf(reasons);
    reasons.clear();
    // A class that goes away before the next call may store until then.
    addTo(reasons, lasting);
    return taken;
  }

  /** Stores may have gone unmarked, for every user. */
  synchronized void doubt(String reason) {
    users.values().forEach(reasons -> addTo(reasons, List.of(reason)));
  }

  private static void addTo(Set<String> reasons, List<String> more) {
    for (String reason : more) {
      if (reasons.size() < MOST_REASONS) {
        reasons.add(reason);
      }
    }
  }
}
