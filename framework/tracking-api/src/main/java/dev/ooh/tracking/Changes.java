package dev.ooh.tracking;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import org.jspecify.annotations.Nullable;

/** Pages of a space that changed without a store; of no space none. */
final class Changes implements AddressSpace.Listener {
  private final @Nullable AddressSpace space;
  private boolean listening;
  private PageSet pages = PageSet.empty();
  private boolean missed;

  Changes(@Nullable AddressSpace space) {
    this.space = space;
  }

  /** From the first call on; a session that is never asked leaves no listener behind. */
  void listen() {
    if (space != null && !listening) {
      listening = true;
      space.addListener(this);
    }
  }

  @Override
  public synchronized void changed(AddressSpace where, PageSet changed) {
    try {
      pages = pages.union(changed);
    } catch (RuntimeException | Error e) {
      missed = true; // which takes no memory, of which there may be none left
      throw e;
    }
  }

  /**
   * Those since the last call.
   *
   * @throws TrackingException if there were some that could not be noted, from then on
   */
  synchronized PageSet take() throws TrackingException {
    if (missed) {
      throw new TrackingException("it missed what changed without a store: that can't be noted");
    }
    PageSet taken = pages;
    pages = PageSet.empty();
    return taken;
  }

  void end() {
    if (space != null) {
      space.removeListener(this);
    }
  }
}
