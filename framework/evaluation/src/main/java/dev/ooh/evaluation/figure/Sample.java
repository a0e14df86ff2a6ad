package dev.ooh.evaluation.figure;

import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;

/**
 * What several seeds measured, in the order of seeds; sums and ratios are taken seed by seed.
 *
 * @param values one a seed; none where nothing was measured
 */
record Sample(List<Double> values) {
  static final Sample NONE = new Sample(List.of());

  Sample {
    values = List.copyOf(values);
  }

  /** Empty where nothing was measured. */
  OptionalDouble mean() {
    return values.stream().mapToDouble(Double::doubleValue).average();
  }

  /** Half of what the largest and the smallest differ by; 0 for one seed. */
  double spread() {
    double most = values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    double least = values.stream().mapToDouble(Double::doubleValue).min().orElse(0);
    return (most - least) / 2;
  }

  /** The first seed's alone. */
  Sample first() {
    return new Sample(values.stream().limit(1).toList());
  }

  Sample plus(Sample other) {
    return with(other, Double::sum);
  }

  Sample minus(Sample other) {
    return with(other, (one, two) -> one - two);
  }

  /** Nothing where a divisor is not above 0. */
  Sample over(Sample other) {
    return other.values.stream().allMatch(divisor -> divisor > 0)
        ? with(other, (one, two) -> one / two)
        : NONE;
  }

  /** Seed by seed; nothing where the two were not run with as many. */
  private Sample with(Sample other, DoubleBinaryOperator operator) {
    if (values.size() != other.values.size()) {
      return NONE;
    }
    return new Sample(
        IntStream.range(0, values.size())
            .mapToObj(i -> operator.applyAsDouble(values.get(i), other.values.get(i)))
            .toList());
  }
}
