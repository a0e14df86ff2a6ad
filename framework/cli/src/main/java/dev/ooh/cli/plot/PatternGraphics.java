package dev.ooh.cli.plot;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Paint;
import java.awt.Shape;
import java.awt.Stroke;
import java.awt.geom.Rectangle2D;

/** Draws its pattern over each bar that is filled in a {@link PatternColour}, and a border. */
final class PatternGraphics extends VectorGraphics2D {
  private static final BasicStroke LINE = new BasicStroke(1);
  private static final BasicStroke BORDER = new BasicStroke(0.5f);

  private Color asked = Color.BLACK;

  @Override
  public void setColor(Color colour) {
    if (colour != null) {
      asked = colour; // the graphics keep an equal one that may have no pattern
    }
    super.setColor(colour);
  }

  @Override
  public void setPaint(Paint paint) {
    if (paint instanceof Color colour) {
      asked = colour;
    }
    super.setPaint(paint);
  }

  @Override
  public void fill(Shape shape) {
    super.fill(shape);
    if (asked instanceof PatternColour colour) {
      Rectangle2D bar = shape.getBounds2D();
      Stroke before = getStroke();
      super.setColor(colour.ink());
      super.setStroke(LINE);
      if (colour.pattern() != BarPattern.SOLID) {
        super.draw(colour.pattern().over(bar));
      }
      super.setColor(Color.BLACK);
      super.setStroke(BORDER);
      super.draw(bar);
      super.setStroke(before);
      super.setColor(colour);
    }
  }
}
