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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.internal.series.MarkerSeries;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Draws charts; needs fonts, but no screen. */
public final class ChartImage {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 430;
  private static final int SLANT = 45;
  private static final int MOST_UPRIGHT_PLACES = 8;
  private static final int MARKER = 4;
  private static final float THIN = 0.5f;

  /** Makes it when it is wanted: making needs fonts already. */
  private final Supplier<Drawing> image;

  private interface Drawing {
    void paint(Graphics2D graphics, int width, int height);
  }

  private final String title;

  /** Draws groups of bars, or lines from place to place. */
  public ChartImage(Chart chart) {
    title = chart.title();
    image = () -> drawing(chart);
  }

  private static Drawing drawing(Chart chart) {
    CategoryChart bars =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(chart.title())
            .xAxisTitle(chart.horizontal())
            .yAxisTitle(chart.vertical())
            .build();
    CategoryStyler style = bars.getStyler();
    style(style, chart.logarithmic(), chart.bars(), chart.series().values().stream());
    style.setErrorBarsColor(Color.BLACK);
    style.setDefaultSeriesRenderStyle(
        chart.bars() ? CategorySeriesRenderStyle.Bar : CategorySeriesRenderStyle.Line);
    style.setOverlapped(!chart.bars()); // points of one place above one another
    if (chart.places().size() > MOST_UPRIGHT_PLACES) {
      style.setXAxisLabelRotation(SLANT);
    } else if (chart.bars()) {
      style.setXAxisLabelRotation(SLANT / 2);
    }
    Iterator<Look> looks = Look.of(List.copyOf(chart.series().keySet())).iterator();
    chart
        .series()
        .forEach(
            (name, values) -> {
              Look look = looks.next();
              List<@Nullable Double> numbers = numbers(values, chart.logarithmic());
              if (numbers.stream().anyMatch(Objects::nonNull)) {
                CategorySeries series =
                    chart.spread().containsKey(name)
                        ? bars.addSeries(name, chart.places(), numbers, errorBars(chart, name))
                        : bars.addSeries(name, chart.places(), numbers);
                look(series, look);
                if (chart.bars()) {
                  series.setFillColor(look.colour());
                }
              }
            });
    return bars::paint;
  }

  /** Draws points. */
  public ChartImage(PointChart chart) {
    title = chart.title();
    image = () -> drawing(chart);
  }

  private static Drawing drawing(PointChart chart) {
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
        false,
        chart.series().values().stream().map(PointChart.Points::vertical));
    points.getStyler().setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
    points.getStyler().setMarkerSize(MARKER);
    Iterator<Look> looks = Look.of(List.copyOf(chart.series().keySet())).iterator();
    chart
        .series()
        .forEach(
            (name, series) -> {
              Look look = looks.next();
              if (series.vertical().length > 0) {
                look(points.addSeries(name, series.horizontal(), series.vertical()), look);
              }
            });
    return points::paint;
  }

  private static void style(
      AxesChartStyler style, boolean logarithmic, boolean bars, Stream<double[]> vertical) {
    style.setYAxisLogarithmic(logarithmic);
    style.setYAxisLogarithmicDecadeOnly(true);
    if (logarithmic) {
      style.setYAxisMin(decadeBelow(vertical, bars)); // bars would begin at 0
    }
    style.setChartBackgroundColor(Color.WHITE);
    style.setPlotBorderVisible(false);
    style.setPlotGridLinesStroke(new BasicStroke(THIN)); // each dash would be a path
    style.setLegendPosition(LegendPosition.OutsideE);
    style.setLegendBorderColor(Color.WHITE);
  }

  /** A plain colour: patterns are for bars, and markers are filled too. */
  private static void look(MarkerSeries series, Look look) {
    Color colour = new Color(look.colour().getRGB());
    series.setLineStyle(look.stroke());
    series.setLineColor(colour);
    series.setFillColor(colour);
    series.setMarkerColor(colour);
    series.setMarker(look.marker());
  }

  /** The decade of the least value; the one before where a bar would have no height in it. */
  private static double decadeBelow(Stream<double[]> vertical, boolean bars) {
    double least =
        vertical.flatMapToDouble(Arrays::stream).filter(value -> value > 0).min().orElse(1);
    double decade = Math.pow(10, Math.floor(Math.log10(least)));
    return bars && decade >= least ? decade / 10 : decade;
  }

  /**
   * XChart takes the logarithm of what it is given, as a length, on a logarithmic axis: with the
   * ratio the upper end is where it ought to be, and the lower one as far below on paper.
   */
  private static List<Double> errorBars(Chart chart, String name) {
    double[] values = Objects.requireNonNull(chart.series().get(name));
    double[] spread = Objects.requireNonNull(chart.spread().get(name));
    List<Double> lengths = new ArrayList<>();
    for (int place = 0; place < values.length; place++) {
      boolean drawable = !Double.isNaN(values[place]) && !Double.isNaN(spread[place]);
      if (chart.logarithmic()) {
        lengths.add(drawable && values[place] > 0 ? 1 + spread[place] / values[place] : 1);
      } else {
        lengths.add(drawable ? spread[place] : 0);
      }
    }
    return lengths;
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
   * Scalable Vector Graphics 1.1; text is drawn, so a title says what it is.
   *
   * @throws IOException where there are no fonts
   */
  public byte[] svg() throws IOException {
    String svg = new String(drawn(new SVGProcessor()), StandardCharsets.UTF_8);
    int start = svg.indexOf('>', svg.indexOf("<svg")) + 1;
    String said = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    String named = svg.substring(0, start) + "<title>" + said + "</title>" + svg.substring(start);
    return named.getBytes(StandardCharsets.UTF_8);
  }

  /** Portable Document Format, one page; otherwise as {@link #svg}. */
  public byte[] pdf() throws IOException {
    return drawn(new PDFProcessor(true));
  }

  private byte[] drawn(Processor processor) throws IOException {
    VectorGraphics2D graphics = new PatternGraphics();
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
