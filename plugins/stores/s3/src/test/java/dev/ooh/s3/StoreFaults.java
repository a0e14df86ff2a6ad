package dev.ooh.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;

/** What goes wrong between a client and its store. */
final class StoreFaults implements ExecutionInterceptor {
  /** The store overlooks conditions, as some do. */
  boolean unconditional;

  boolean noAborts;

  /** How many of the next answers break off in the middle. */
  int brokenReads;

  /** How many of the next looks at manifests succeed before one fails; none does if negative. */
  int looks = -1;

  @Override
  public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
    if (noAborts && context.request() instanceof AbortMultipartUploadRequest) {
      throw SdkClientException.create("no connection");
    }
    if (looks >= 0
        && context.request() instanceof HeadObjectRequest look
        && look.key().endsWith("/ooh.img")
        && looks-- == 0) {
      throw SdkClientException.create("slow down");
    }
  }

  @Override
  public SdkHttpRequest modifyHttpRequest(
      Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
    return unconditional
        ? context.httpRequest().toBuilder().removeHeader("If-None-Match").build()
        : context.httpRequest();
  }

  @Override
  public Optional<InputStream> modifyHttpResponseContent(
      Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
    if (brokenReads == 0 || !(context.request() instanceof GetObjectRequest)) {
      return context.responseBody();
    }
    brokenReads--;
    return Optional.of(
        new SequenceInputStream(
            new ByteArrayInputStream(new byte[3]),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("connection reset");
              }
            }));
  }
}
