package dev.ooh.evaluation.plot;

import de.erichseifert.vectorgraphics2d.Processor;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.pdf.PDFProcessor;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import dev.ooh.evaluation.figure.Chart;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
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

  private final CategoryChart image;

  /** Series so far. */
  private int drawn;

  public ChartImage(Chart chart) {
    image =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(chart.title())
            .xAxisTitle(chart.horizontal())
            .yAxisTitle(chart.vertical())
            .build();
    CategoryStyler style = image.getStyler();
    style.setDefaultSeriesRenderStyle(
        chart.bars() ? CategorySeriesRenderStyle.Bar : CategorySeriesRenderStyle.Line);
    style.setOverlapped(!chart.bars()); // points of one place above one another
    style.setYAxisLogarithmic(chart.logarithmic());
    style.setYAxisLogarithmicDecadeOnly(true);
    if (chart.logarithmic()) {
      style.setYAxisMin(decadeBelow(chart)); // bars would begin at 0
    }
    style.setChartBackgroundColor(Color.WHITE);
    style.setPlotBorderVisible(false);
    style.setPlotGridLinesStroke(new BasicStroke(THIN)); // each dash would be a path
    style.setLegendPosition(LegendPosition.OutsideE);
    style.setLegendBorderColor(Color.WHITE);
    if (chart.places().size() > MOST_UPRIGHT_PLACES) {
      style.setXAxisLabelRotation(SLANT);
    } else if (chart.bars()) {
      style.setXAxisLabelRotation(SLANT / 2);
    }
    chart.series().forEach((name, values) -> add(chart, name, values));
  }

  private static double decadeBelow(Chart chart) {
    double least =
        chart.series().values().stream()
            .flatMapToDouble(Arrays::stream)
            .filter(value -> value > 0)
            .min()
            .orElse(1);
    return Math.pow(10, Math.floor(Math.log10(least)));
  }

  private void add(Chart chart, String name, double[] values) {
    List<@Nullable Double> numbers = numbers(values, chart.logarithmic());
    if (numbers.stream().anyMatch(Objects::nonNull)) {
      int known = KNOWN.indexOf(name);
      int look = known >= 0 ? known : drawn % COLOURS.size();
      drawn++;
      CategorySeries series = image.addSeries(name, chart.places(), numbers);
      series.setLineStyle(new BasicStroke(LINE));
      series.setFillColor(COLOURS.get(look));
      series.setLineColor(COLOURS.get(look));
      series.setMarkerColor(COLOURS.get(look));
      series.setMarker(MARKERS.get(look));
    }
  }

  /** Null for what can't be drawn: nothing, or nothing above 0 on a logarithmic axis. */
  private static List<@Nullable Double> numbers(double[] values, boolean logarithmic) {
    List<@Nullable Double> numbers = new ArrayList<>();
    for (double value : values) {
      numbers.add(Double.isNaN(value) || (logarithmic && value <= 0) ? null : value);
    }
    return numbers;
  }

  /** Scalable Vector Graphics 1.1. */
  public byte[] svg() throws IOException {
    return drawn(new SVGProcessor());
  }

  /** Portable Document Format, one page. */
  public byte[] pdf() throws IOException {
    return drawn(new PDFProcessor(true));
  }

  private byte[] drawn(Processor processor) throws IOException {
    VectorGraphics2D graphics = new VectorGraphics2D();
    image.paint(graphics, WIDTH, HEIGHT);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    processor.getDocument(graphics.getCommands(), new PageSize(WIDTH, HEIGHT)).writeTo(bytes);
    return bytes.toByteArray();
  }
}
