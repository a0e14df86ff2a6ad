package dev.ooh.image.writer;

import com.google.protobuf.MessageLite;
import dev.ooh.image.DumpStatsEntry;
import dev.ooh.image.PageReader;
import dev.ooh.image.SetDescription;
import dev.ooh.image.digest.PageDigests;
import dev.ooh.image.file.FileLayer;
import dev.ooh.image.message.CriuImages;
import dev.ooh.image.message.DigestsImage;
import dev.ooh.image.message.Entries;
import dev.ooh.image.message.ImageType;
import dev.ooh.image.message.ListedFile;
import dev.ooh.image.message.Manifest;
import dev.ooh.image.message.PagemapImage;
import dev.ooh.image.message.SetFiles;
import dev.ooh.image.store.SetDraft;
import dev.ooh.image.store.SetPlace;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.memory.PageSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes one image set: first the pages, while they stand still if they must, then everything else,
 * and publishes it. Closed before that, it leaves nothing behind. For one thread.
 */
public final class ImageSetWriter implements AutoCloseable {
  private static final int PAGES_ID = SetFiles.PAGES_ID;
  private static final String PAGES_FILE = SetFiles.pages(PAGES_ID);

  private final SetDraft draft;
  private final int pid;
  private final Optional<WrittenSet> parent;
  private final List<ListedFile> listed = new ArrayList<>();
  private PageDigests digests = PageDigests.none();
  private FileLayer.@Nullable Output pagesFile;

  /**
   * @param pid of the process whose memory it is
   * @param parent the set that in-parent pages are found in
   */
  public ImageSetWriter(SetPlace place, int pid, Optional<WrittenSet> parent) throws IOException {
    this.draft = place.draft();
    this.pid = pid;
    this.parent = parent;
  }

  /**
   * Copies pages into a file. It is made durable by {@link #finish}, as nobody need stand still for
   * that.
   *
   * @param all the pages of the set, whole ones
   * @param inParent those that stay in the parent set; all of them are in it
   * @param written is told of pages after each write of a mebibyte
   */
  public void pages(PageSet all, PageSet inParent, PageReader source, LongConsumer written)
      throws IOException {
    digests = new PageDigests(all);
    parent.ifPresent(
        set -> inParent.forEachPage(page -> digests.set(page, set.digests().get(page))));
    PageSet present = all.minus(inParent);
    Optional<FileLayer.Output> elsewhere = draft.pages(pid, present, inParent);
    FileLayer.Output out = elsewhere.isPresent() ? elsewhere.get() : draft.create(PAGES_FILE);
    pagesFile = out;
    if (draft.compresses()) {
      CompressedPages form = new CompressedPages(out);
      pages(form, present, source, written);
      pagemap(
          file -> PagemapImage.writeCompressed(file, PAGES_ID, present, inParent, form.sizes()));
    } else {
      pages(new PlainPages(out), present, source, written);
      if (elsewhere.isEmpty()) {
        pagemap(file -> PagemapImage.write(file, PAGES_ID, present, inParent));
      }
    }
  }

  private void pages(PagesForm form, PageSet present, PageReader source, LongConsumer written)
      throws IOException {
    new PagesWriter(form, source, digests, written::accept).write(present);
    listed.add(new ListedFile(PAGES_FILE, form.written(), 0));
  }

  private void pagemap(Contents contents) throws IOException {
    file(SetFiles.pagemap(pid), contents);
  }

  /** Makes the pages durable by now, for whoever has the time; {@link #finish} does anyway. */
  void force() throws IOException {
    if (pagesFile != null) {
      pagesFile.force();
    }
  }

  /** Writes what is beside the pages, makes it all durable and visible. */
  public WrittenSet finish(SetDescription description, DumpStatsEntry statistics)
      throws IOException {
    FileLayer.Output pages = pagesFile;
    if (pages == null) {
      throw new IllegalStateException("no pages were written, wanted a call of pages() before");
    }
    pages.force();
    pages.close();
    pagesFile = null;
    String name = description.application();
    image(
        SetFiles.INVENTORY,
        ImageType.INVENTORY,
        draft.compresses() ? CriuImages.compressedInventory() : CriuImages.inventory());
    image(SetFiles.PSTREE, ImageType.PSTREE, CriuImages.process(pid));
    image(SetFiles.core(pid), ImageType.CORE, CriuImages.core(name));
    image(SetFiles.mappings(pid), ImageType.MM, CriuImages.mappings(description.regions()));
    image(SetFiles.FILES, ImageType.FILES, CriuImages.executable(name));
    image(SetFiles.STATISTICS, ImageType.STATS, CriuImages.statistics(statistics));
    file(SetFiles.DIGESTS, file -> DigestsImage.write(digests, file));
    @Nullable Integer identity = null;
    if (parent.isPresent()) {
      draft.parent(parent.get().path());
      identity = parent.get().identity();
    }
    SetDescription whole = description.on(identity); // not what another set of it was built on
    byte[] manifest = new Manifest(whole, listed).toByteArray();
    file(SetFiles.MANIFEST, manifest);
    Path path = draft.publish(description.complete());
    return new WrittenSet(path, digests, Manifest.identity(manifest));
  }

  private void image(String name, ImageType type, MessageLite message) throws IOException {
    ByteArrayOutputStream image = Entries.begin(type);
    Entries.append(image, message);
    file(name, image.toByteArray());
  }

  private void file(String name, byte[] bytes) throws IOException {
    file(name, file -> file.write(bytes));
  }

  private interface Contents {
    void write(OutputStream file) throws IOException;
  }

  private void file(String name, Contents contents) throws IOException {
    FileLayer.Output out = draft.create(name);
    DigestedFile digested = new DigestedFile(out);
    out.writeWhole(_ -> contents.write(digested));
    listed.add(new ListedFile(name, digested.bytes(), digested.digest()));
  }

  @Override
  public void close() throws IOException {
    try (SetDraft _ = draft) {
      if (pagesFile != null) {
        pagesFile.abandon();
      }
    }
  }
}
