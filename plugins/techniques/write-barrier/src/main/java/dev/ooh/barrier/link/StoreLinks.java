package dev.ooh.barrier.link;

/**
 * Where woven stores meet the sessions. Woven classes reach it by static bootstrap methods ({@link
 * dev.ooh.barrier.woven.WovenCalls}), so there is one of it. For any thread.
 */
public final class StoreLinks {
  private static final StoreLinks SHARED = new StoreLinks();

  private final CallLinks calls;
  private final WovenClasses classes;
  private final CardUsers users;

  /** One that no woven class uses. */
  public StoreLinks() {
    Barrier barrier = new Barrier();
    classes = new WovenClasses(this::doubt);
    users = new CardUsers(barrier, classes::unfollowed);
    calls = new CallLinks(barrier, users::doubt, classes::unfollowed);
  }

  private void doubt(String reason) {
    users.doubt(reason);
  }

  /** The one that woven classes use. */
  public static StoreLinks shared() {
    return SHARED;
  }

  /** For woven calls. */
  public CallLinks calls() {
    return calls;
  }

  /** For weavers, and for whoever asks what was woven. */
  public WovenClasses classes() {
    return classes;
  }

  /** For sessions. */
  public CardUsers users() {
    return users;
  }
}
