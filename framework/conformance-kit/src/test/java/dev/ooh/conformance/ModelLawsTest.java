package dev.ooh.conformance;

/** The laws one by one, over the model. */
class ModelLawsTest extends TechniqueLaws {
  @Override
  protected Subject subject() {
    return ModelConformanceTest.SUBJECT;
  }
}
