package dev.ooh.cli.plot;

import de.erichseifert.vectorgraphics2d.Processor;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.pdf.PDFProcessor;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.internal.series.MarkerSeries;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws charts; needs fonts, but no screen. */
public final class ChartImage {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 430;
  private static final int SLANT = 45;
  private static final int MOST_UPRIGHT_PLACES = 8;
  private static final float LINE = 2;
  private static final int MARKER = 4;
  private static final float THIN = 0.5f;

  /** Okabe and Ito's colours, which the colour-blind tell apart, on white. */
  private static final List<Color> COLOURS =
      List.of(
          new Color(0x0072B2),
          new Color(0xD55E00),
          new Color(0x009E73),
          new Color(0xCC79A7),
          new Color(0x999999));

  private static final List<Marker> MARKERS =
      List.of(
          SeriesMarkers.CIRCLE,
          SeriesMarkers.SQUARE,
          SeriesMarkers.DIAMOND,
          SeriesMarkers.TRIANGLE_UP,
          SeriesMarkers.CROSS);

  /** What looks the same in every chart; other series look as they come. */
  private static final List<String> KNOWN = List.of("procfs", "uffd", "spml", "epml", "none");

  /** Makes it when it is wanted: making needs fonts already. */
  private final Supplier<Drawing> image;

  private interface Drawing {
    void paint(Graphics2D graphics, int width, int height);
  }

  /** Series so far. */
  private int drawn;

  /** Draws groups of bars, or lines from place to place. */
  public ChartImage(Chart chart) {
    image = () -> drawing(chart);
  }

  private Drawing drawing(Chart chart) {
    CategoryChart bars =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(chart.title())
            .xAxisTitle(chart.horizontal())
            .yAxisTitle(chart.vertical())
            .build();
    CategoryStyler style = bars.getStyler();
    style(style, chart.logarithmic(), chart.series().values().stream());
    style.setDefaultSeriesRenderStyle(
        chart.bars() ? CategorySeriesRenderStyle.Bar : CategorySeriesRenderStyle.Line);
    style.setOverlapped(!chart.bars()); // points of one place above one another
    if (chart.places().size() > MOST_UPRIGHT_PLACES) {
      style.setXAxisLabelRotation(SLANT);
    } else if (chart.bars()) {
      style.setXAxisLabelRotation(SLANT / 2);
    }
    chart
        .series()
        .forEach(
            (name, values) -> {
              List<@Nullable Double> numbers = numbers(values, chart.logarithmic());
              if (numbers.stream().anyMatch(Objects::nonNull)) {
                look(name, bars.addSeries(name, chart.places(), numbers));
              }
            });
    return bars::paint;
  }

  /** Draws points. */
  public ChartImage(PointChart chart) {
    image = () -> drawing(chart);
  }

  private Drawing drawing(PointChart chart) {
    XYChart points =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(chart.title())
            .xAxisTitle(chart.horizontal())
            .yAxisTitle(chart.vertical())
            .build();
    style(
        points.getStyler(),
        chart.logarithmic(),
        chart.series().values().stream().map(PointChart.Points::vertical));
    points.getStyler().setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
    points.getStyler().setMarkerSize(MARKER);
    chart
        .series()
        .forEach(
            (name, series) -> {
              if (series.vertical().length > 0) {
                look(name, points.addSeries(name, series.horizontal(), series.vertical()));
              }
            });
    return points::paint;
  }

  private static void style(AxesChartStyler style, boolean logarithmic, Stream<double[]> vertical) {
    style.setYAxisLogarithmic(logarithmic);
    style.setYAxisLogarithmicDecadeOnly(true);
    if (logarithmic) {
      style.setYAxisMin(decadeBelow(vertical)); // bars would begin at 0
    }
    style.setChartBackgroundColor(Color.WHITE);
    style.setPlotBorderVisible(false);
    style.setPlotGridLinesStroke(new BasicStroke(THIN)); // each dash would be a path
    style.setLegendPosition(LegendPosition.OutsideE);
    style.setLegendBorderColor(Color.WHITE);
  }

  private void look(String name, MarkerSeries series) {
    int known = KNOWN.indexOf(name);
    int look = known >= 0 ? known : drawn % COLOURS.size();
    drawn++;
    series.setLineStyle(new BasicStroke(LINE));
    series.setLineColor(COLOURS.get(look));
    series.setFillColor(COLOURS.get(look));
    series.setMarkerColor(COLOURS.get(look));
    series.setMarker(MARKERS.get(look));
  }

  private static double decadeBelow(Stream<double[]> vertical) {
    double least =
        vertical.flatMapToDouble(Arrays::stream).filter(value -> value > 0).min().orElse(1);
    return Math.pow(10, Math.floor(Math.log10(least)));
  }

  /** Null for what can't be drawn: nothing, or nothing above 0 on a logarithmic axis. */
  private static List<@Nullable Double> numbers(double[] values, boolean logarithmic) {
    List<@Nullable Double> numbers = new ArrayList<>();
    for (double value : values) {
      numbers.add(Double.isNaN(value) || (logarithmic && value <= 0) ? null : value);
    }
    return numbers;
  }

  /**
   * Scalable Vector Graphics 1.1.
   *
   * @throws IOException where there are no fonts
   */
  public byte[] svg() throws IOException {
    return drawn(new SVGProcessor());
  }

  /** Portable Document Format, one page; otherwise as {@link #svg}. */
  public byte[] pdf() throws IOException {
    return drawn(new PDFProcessor(true));
  }

  private byte[] drawn(Processor processor) throws IOException {
    VectorGraphics2D graphics = new VectorGraphics2D();
    drawn = 0;
    try {
      image.get().paint(graphics, WIDTH, HEIGHT);
    } catch (RuntimeException | LinkageError | InternalError e) {
      // The JDK has several ways to say that it finds no fonts.
      throw new IOException(
          ("nothing can be drawn: %s; wanted fontconfig and a font"
                  + " (Debian: fontconfig fonts-dejavu-core)")
              .formatted(e.getMessage()),
          e);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    processor.getDocument(graphics.getCommands(), new PageSize(WIDTH, HEIGHT)).writeTo(bytes);
    return bytes.toByteArray();
  }
}
