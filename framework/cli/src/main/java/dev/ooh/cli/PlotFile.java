package dev.ooh.cli;

import dev.ooh.cli.plot.Chart;
import dev.ooh.cli.plot.ChartImage;
import dev.ooh.cli.plot.PointChart;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where a command draws what it measured: an SVG file, or PDF if its name says so. */
final class PlotFile {
  private final @Nullable Path file;

  /** Made when it is wanted: it loads a library. */
  private @Nullable Supplier<ChartImage> image;

  private PlotFile(@Nullable Path file) {
    this.file = file;
  }

  /**
   * Prepares to write {@code file}; null for nowhere.
   *
   * @throws CommandException if no file can be made there, naming it
   */
  static PlotFile to(@Nullable Path file) throws CommandException {
    if (file != null) {
      OutputFile.check("--plot", file);
    }
    return new PlotFile(file);
  }

  void draw(Chart chart) {
    image = () -> new ChartImage(chart);
  }

  void draw(PointChart chart) {
    image = () -> new ChartImage(chart);
  }

  /** Writes what was drawn, if a file was asked for. */
  void finish() throws CommandException {
    Path target = file;
    Supplier<ChartImage> drawn = image;
    if (target == null || drawn == null) {
      return;
    }
    boolean pdf = target.toString().toLowerCase(Locale.ROOT).endsWith(".pdf");
    try {
      byte[] bytes = pdf ? drawn.get().pdf() : drawn.get().svg();
      Files.write(target, bytes, OutputFile.inPlace(target));
    } catch (FileSystemException e) {
      throw new CommandException(
          "%s can't be written: %s".formatted(target, ErrorText.reason(e)), e);
    } catch (IOException e) {
      throw new CommandException(ErrorText.of(e), e);
    }
  }
}
