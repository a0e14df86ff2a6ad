package dev.ooh.evaluation.figure;

import java.util.ArrayList;
import java.util.List;

/** The paper's evaluation, and what it could not ask. */
public final class Experiments {
  private Experiments() {}

  /** All of it, the answers first. */
  public static List<Experiment> of(Plan plan, Published published) {
    List<Experiment> all = new ArrayList<>();
    all.add(Answers.experiment(plan));
    List<Experiment> array = ArrayExperiments.all(published);
    all.add(array.getFirst());
    all.add(Residents.experiment(plan));
    all.addAll(array.subList(1, array.size()));
    all.addAll(new ConsumerExperiments(plan).all());
    all.addAll(new MachineExperiments(plan).all());
    all.add(Completeness.experiment());
    all.add(SubPages.experiment());
    all.add(Sensitivity.experiment());
    all.add(Scale.experiment());
    all.add(Profiles.experiment());
    return all;
  }
}
