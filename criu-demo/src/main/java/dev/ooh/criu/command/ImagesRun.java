package dev.ooh.criu.command;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.ErrorText;
import dev.ooh.cli.Progress;
import dev.ooh.cli.TextTable;
import dev.ooh.cli.UsageException;
import dev.ooh.image.file.FileLayers;
import dev.ooh.image.reader.FlatImage;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.reader.LazySet;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.Pruning;
import dev.ooh.image.store.SetFolder;
import dev.ooh.image.writer.SetMerge;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** One invocation of {@code ooh images}. */
@Command(
    name = "ooh images",
    description = {
      "list: what is in each set. check: follows parents and verifies the digest of every page."
          + " merge: makes one set of the newest that can be restored and all that it builds on."
          + " prune: removes sets that nothing needs, and drafts of programs that died."
          + " diff: the pages that differ between two sets."
    })
final class ImagesRun implements Callable<Integer> {
  /** Each set has one, whether we or CRIU wrote it. */
  private static final String INVENTORY = "inventory.img";

  /** How often a check begins anew because a program folds its sets meanwhile. */
  private static final int MOST_ATTEMPTS = 3;

  private final ImageDirectories directories;

  @Parameters(index = "0", paramLabel = "list|check|merge|prune|diff", description = "What to do.")
  private String action = "list";

  @Parameters(index = "1", paramLabel = "D", description = "A directory of image sets.")
  private String place = ".";

  @Option(
      names = "--keep",
      paramLabel = "N",
      defaultValue = "1",
      description = "prune: how many of the newest dumps to keep (default: ${DEFAULT-VALUE}).")
  private int keep = 1;

  @Option(
      names = "--from",
      paramLabel = "SET",
      description = "diff: such as set-000001 (default: the set before the newest).")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "SET", description = "diff: (default: the newest set).")
  private @Nullable String to;

  @Option(names = "--json", description = "Print an array of objects.")
  private boolean json;

  @Spec private CommandSpec spec = CommandSpec.create();

  ImagesRun(ImageDirectories directories) {
    this.directories = directories;
  }

  @Override
  public Integer call() throws Exception {
    SetFolder folder = new SetFolder(directories.path("D", place));
    switch (action) {
      case "list" -> list(folder);
      case "check" -> check(folder);
      case "merge" -> merge(folder);
      case "prune" -> prune(folder);
      case "diff" -> diff(folder);
      default ->
          throw new UsageException(
              "action is '%s', wanted list, check, merge, prune or diff".formatted(action));
    }
    return 0;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private static List<Path> someSets(SetFolder folder) throws IOException, CommandException {
    List<Path> sets = folder.sets();
    if (sets.isEmpty()) {
      throw new CommandException(
          "%s: found %s, wanted a directory of image sets"
              .formatted(folder.path(), whatElse(folder.path())));
    }
    return sets;
  }

  /** What there is instead of sets. */
  private static String whatElse(Path place) throws CommandException {
    if (!Files.exists(place)) {
      return "nothing";
    }
    if (!Files.exists(place.resolve(INVENTORY))) {
      return "no set-…";
    }
    try {
      ImageSet _ = ImageSet.open(place);
      return "an image set itself";
    } catch (IOException e) {
      throw new CommandException(ErrorText.of(e), e);
    }
  }

  private void list(SetFolder folder) throws IOException, CommandException {
    ImageSet.Opener opener = new ImageSet.Opener();
    List<Map<String, Object>> objects = new ArrayList<>();
    TextTable table =
        new TextTable(
            "set",
            "kind",
            "application",
            "",
            "technique",
            ">pages",
            ">here",
            ">chain",
            "parent",
            "");
    List<Path> sets = someSets(folder);
    Optional<Path> latest = latest(folder);
    for (Path path : sets) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("set", path.toString());
      object.put("latest", latest.equals(Optional.of(path)));
      try {
        ImageSet set = opener.open(path);
        String parent = set.parent().map(ImagesRun::name).orElse("");
        object.put("kind", set.description().complete() ? "dump" : "pre-dump");
        object.put("application", set.description().application());
        object.put("configuration", set.description().configuration());
        object.put("substrate", set.description().substrate());
        object.put("technique", set.description().technique());
        object.put("pages", set.pages().pageCount());
        object.put("pages_here", set.presentPages());
        object.put("chain", set.chainLength());
        object.put("parent", parent);
        table.add(
            name(path),
            set.description().complete() ? "dump" : "pre-dump",
            set.description().application(),
            set.description().configuration(),
            set.description().technique(),
            Long.toString(set.pages().pageCount()),
            Long.toString(set.presentPages()),
            Integer.toString(set.chainLength()),
            parent,
            latest.equals(Optional.of(path)) ? "latest" : "");
      } catch (IOException e) {
        object.put("state", ImagesCheck.state(e));
        object.put("error", ErrorText.of(e));
        table.add(name(path), ImagesCheck.state(e), "", "", "", "", "", "", "", ErrorText.of(e));
      }
      objects.add(object);
    }
    for (Path foreign : folder.foreign()) {
      objects.add(Map.of("set", foreign.toString(), "state", ImagesCheck.FOREIGN));
      table.add(name(foreign), ImagesCheck.FOREIGN, "", "", "", "", "", "", "", "");
    }
    print(objects, table.lines());
  }

  /** What can't be read is none: check says so. */
  static Optional<Path> latest(SetFolder folder) {
    try {
      return folder.latest();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String name(Path set) {
    return set.getFileName().toString();
  }

  /** Its verdict is that of a restore from the same place; what is beside that is told as well. */
  private void check(SetFolder folder) throws IOException, CommandException {
    try (Progress progress = Progress.onTerminal()) {
      progress.show("check: " + folder.path());
      List<Path> sets;
      ImagesCheck check;
      Optional<String> refusal;
      int attempts = 0;
      do {
        sets = new ArrayList<>(folder.sets());
        check = new ImagesCheck(folder);
        refusal = check.newest(sets);
      } while (refusal.isPresent() && check.isOutdated() && ++attempts < MOST_ATTEMPTS);
      for (int i = 0; i < sets.size(); i++) {
        progress.show("check: %s, %d of %d".formatted(name(sets.get(i)), i + 1, sets.size()));
        check.set(sets.get(i));
      }
      for (Path foreign : folder.foreign()) {
        check.foreign(foreign);
      }
      progress.clear();
      print(check.objects(), check.lines());
      if (refusal.isPresent()) {
        throw new CommandException(
            "ooh restore %s would refuse: %s".formatted(folder.path(), refusal.get()));
      }
    }
  }

  private void merge(SetFolder folder) throws IOException, CommandException {
    someSets(folder);
    try (ImageStore store = ImageStore.open(folder.path())) {
      ImageSet latest = ImageSet.open(folder.path());
      if (latest.chainLength() == 1) {
        print(
            List.of(Map.of("set", latest.path().toString(), "merged", 1)),
            List.of(latest.path() + " builds on no other set: nothing to merge"));
        return;
      }
      Path merged;
      try (Progress progress = Progress.onTerminal()) {
        progress.show(
            "merge: %d sets, %d pages".formatted(latest.chainLength(), latest.pages().pageCount()));
        merged = SetMerge.merge(store.preferably(latest.isCompressed()), latest).path();
      }
      removeOldFlatImage(folder);
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("set", merged.toString());
      object.put("merged", latest.chainLength());
      object.put("pages", latest.pages().pageCount());
      print(
          List.of(object),
          List.of(
              "%s: %d sets in one, %d pages; what it was made of can be removed by prune"
                  .formatted(merged, latest.chainLength(), latest.pages().pageCount())));
    }
  }

  /** It may be of a set that is of use for no start any more. */
  private static void removeOldFlatImage(SetFolder folder) throws IOException {
    if (LazySet.refusal(folder.path()).isPresent()) {
      return;
    }
    ImageSet latest;
    try {
      latest = ImageSet.open(folder.path());
    } catch (IOException e) {
      return; // what it needs is not known
    }
    FlatImage.removeUnlessOf(FileLayers.of(folder.path()), folder.path(), latest);
  }

  private void prune(SetFolder folder) throws IOException, CommandException, UsageException {
    if (keep < 1) {
      throw new UsageException("--keep is " + keep + ", wanted 1 or more");
    }
    if (!folder.hasDrafts()) {
      someSets(folder);
    }
    List<Map<String, Object>> objects = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    Pruning pruning;
    try (ImageStore store = ImageStore.openToRemove(folder.path(), FileLayers.of(folder.path()))) {
      for (Path left : store.swept()) {
        objects.add(Map.of("removed", left.toString()));
        lines.add(left + " was left by a program that died: removed");
      }
      pruning = Pruning.of(folder, keep);
      for (Path set : pruning.removable()) {
        store.remove(set);
        objects.add(Map.of("removed", set.toString()));
        lines.add(set + " is removed");
      }
      if (folder.latest().isPresent()) {
        removeOldFlatImage(folder);
      }
    }
    lines.addAll(pruning.kept());
    pruning.kept().forEach(line -> objects.add(Map.of("kept", line)));
    if (lines.isEmpty()) {
      lines.add("every set is needed: nothing is removed");
    }
    print(objects, lines);
  }

  private void diff(SetFolder folder) throws IOException, CommandException {
    List<Path> sets = someSets(folder);
    Path newer = chosen(folder, to, sets.getLast());
    Path older = chosen(folder, from, before(sets, newer));
    ImageSet.Opener opener = new ImageSet.Opener();
    PageSet pages = opener.open(newer).differentFrom(opener.open(older));
    List<Map<String, Object>> objects = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s and %s: %d pages differ, in %d runs"
            .formatted(older, newer, pages.pageCount(), pages.runCount()));
    for (int run = 0; run < pages.runCount(); run++) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("from", older.toString());
      object.put("to", newer.toString());
      object.put("start", "0x%x".formatted(pages.runStart(run)));
      object.put("end", "0x%x".formatted(pages.runEnd(run)));
      objects.add(object);
      lines.add("0x%x-0x%x".formatted(pages.runStart(run), pages.runEnd(run)));
    }
    print(objects, lines);
  }

  private static Path set(SetFolder folder, String name) throws CommandException {
    Path set = folder.path().resolve(name);
    if (!Files.isDirectory(set)) {
      throw new CommandException("%s: found nothing, wanted an image set".formatted(set));
    }
    return set;
  }

  private static Path chosen(SetFolder folder, @Nullable String name, Path usual)
      throws CommandException {
    return name == null ? usual : set(folder, name);
  }

  private static Path before(List<Path> sets, Path set) {
    return Optional.of(sets.indexOf(set))
        .filter(index -> index > 0)
        .map(index -> sets.get(index - 1))
        .orElse(set);
  }

  private void print(List<Map<String, Object>> objects, List<String> lines) throws IOException {
    if (json) {
      out().println(JsonText.of(objects));
    } else {
      lines.forEach(out()::println);
    }
  }
}
