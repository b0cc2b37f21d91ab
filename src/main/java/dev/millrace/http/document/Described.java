package dev.millrace.http.document;

import io.swagger.v3.oas.annotations.OpenAPIDefinition;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.info.Info;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.swagger.v3.oas.annotations.tags.Tag;

/**
 * What each operation takes and answers, one annotation for each: a controller names its own, and
 * has nothing else about documents in it. The names that are referred to are those of {@code
 * src/main/openapi}.
 */
@OpenAPIDefinition(
    info =
        @Info(
            title = "Millrace",
            version = "1",
            description =
                "Data-analysis jobs: submit them, follow them, get their answers and files. The"
                    + " same requests and results travel over Service Bus, see `/asyncapi.yml`."),
    tags = {@Tag(name = "Jobs"), @Tag(name = "Files"), @Tag(name = "Health")})
public interface Described {

  /** What any operation may answer. */
  @ApiResponse(responseCode = "400", ref = "Invalid")
  @ApiResponse(responseCode = "403", ref = "Forbidden")
  @ApiResponse(responseCode = "406", ref = "NotAcceptable")
  @ApiResponse(responseCode = "500", ref = "Internal")
  @ApiResponse(responseCode = "503", ref = "Unavailable")
  @interface Whatever {}

  /** What any operation may answer that is not for everybody. */
  @Whatever
  @SecurityRequirement(name = "bearer")
  @ApiResponse(responseCode = "401", ref = "Unauthenticated")
  @ApiResponse(responseCode = "429", ref = "TooMany")
  @interface SignedIn {}

  /** What any operation on one job may answer. */
  @SignedIn
  @Parameter(name = "id", in = ParameterIn.PATH, ref = "JobId")
  @ApiResponse(responseCode = "404", ref = "Unknown")
  @ApiResponse(responseCode = "410", ref = "Gone")
  @interface OneJob {}

  /** What any operation may be asked that answers page by page. */
  @Parameter(name = "limit", in = ParameterIn.QUERY, ref = "Limit")
  @Parameter(name = "continuation", in = ParameterIn.QUERY, ref = "Continuation")
  @interface Paged {}

  /** The job, as it is now. */
  @ApiResponse(
      responseCode = "200",
      description = "The job.",
      headers = {@Header(name = "ETag", ref = "Tag"), @Header(name = "Retry-After", ref = "Again")},
      content = @Content(mediaType = "application/json", schema = @Schema(ref = "Job")))
  @interface TheJob {}

  /** What an operation that makes a job may answer. */
  @Parameter(name = "Prefer", in = ParameterIn.HEADER, ref = "Prefer")
  @TheJob
  @ApiResponse(responseCode = "202", ref = "Accepted")
  @ApiResponse(responseCode = "409", ref = "Conflict")
  @ApiResponse(responseCode = "422", ref = "KeyReused")
  @interface NewJob {}

  /** What an operation that reads a body may answer. */
  @ApiResponse(responseCode = "408", ref = "Late")
  @ApiResponse(responseCode = "413", ref = "TooLarge")
  @ApiResponse(responseCode = "415", ref = "UnsupportedType")
  @interface Sent {}

  @Operation(
      operationId = "submitJob",
      tags = "Jobs",
      parameters =
          @Parameter(name = "Idempotency-Key", in = ParameterIn.HEADER, ref = "IdempotencyKey"),
      requestBody = @RequestBody(ref = "Request"))
  @SignedIn
  @NewJob
  @Sent
  @ApiResponse(responseCode = "410", ref = "Gone")
  @ApiResponse(responseCode = "501", ref = "NotBuilt")
  @interface SubmitJob {}

  @Operation(operationId = "getJob", tags = "Jobs")
  @OneJob
  @Parameter(name = "wait", in = ParameterIn.QUERY, ref = "Wait")
  @Parameter(name = "If-None-Match", in = ParameterIn.HEADER, ref = "IfNoneMatch")
  @TheJob
  @ApiResponse(responseCode = "304", ref = "NotModified")
  @interface GetJob {}

  @Operation(operationId = "listJobs", tags = "Jobs")
  @SignedIn
  @Parameter(name = "agent", in = ParameterIn.QUERY, ref = "Agent")
  @Parameter(name = "status", in = ParameterIn.QUERY, ref = "JobStatus")
  @Parameter(name = "since", in = ParameterIn.QUERY, ref = "Since")
  @Parameter(name = "until", in = ParameterIn.QUERY, ref = "Until")
  @Paged
  @ApiResponse(
      responseCode = "200",
      description = "One page of them.",
      headers = {@Header(name = "Link", ref = "Next")},
      content = @Content(mediaType = "application/json", schema = @Schema(ref = "JobList")))
  @interface ListJobs {}

  @Operation(operationId = "cancelJob", tags = "Jobs")
  @OneJob
  @TheJob
  @ApiResponse(responseCode = "202", ref = "Accepted")
  @ApiResponse(responseCode = "409", ref = "Conflict")
  @interface CancelJob {}

  @Operation(operationId = "retryJob", tags = "Jobs")
  @OneJob
  @NewJob
  @interface RetryJob {}

  @Operation(operationId = "deleteJob", tags = "Jobs")
  @OneJob
  @ApiResponse(responseCode = "204", description = "It is deleted.")
  @ApiResponse(responseCode = "409", ref = "Conflict")
  @interface DeleteJob {}

  @Operation(operationId = "followJob", tags = "Jobs")
  @OneJob
  @Parameter(name = "Last-Event-ID", in = ParameterIn.HEADER, ref = "LastEventId")
  @ApiResponse(
      responseCode = "200",
      description =
          "Events until the end. `status` has the status, `step` an element of `steps`, and `end`"
              + " the job without its steps; their ids are for `Last-Event-ID`. Between them, where"
              + " the job was asked to stream, `text` and `output` tell what is said and printed;"
              + " they have no id and may be missed.",
      content = @Content(mediaType = "text/event-stream", schema = @Schema(type = "string")))
  @ApiResponse(responseCode = "204", description = "The end was seen before.")
  @interface FollowJob {}

  @Operation(operationId = "listArtifacts", tags = "Files")
  @OneJob
  @ApiResponse(
      responseCode = "200",
      description = "The files that its steps have left.",
      headers = {@Header(name = "ETag", ref = "Tag")},
      content = @Content(mediaType = "application/json", schema = @Schema(ref = "ArtifactList")))
  @interface ListArtifacts {}

  /** What an operation that sends a file may answer. */
  @OneJob
  @Parameter(name = "Range", in = ParameterIn.HEADER, ref = "Range")
  @Parameter(name = "If-None-Match", in = ParameterIn.HEADER, ref = "IfNoneMatch")
  @ApiResponse(
      responseCode = "200",
      description = "The file. It is meant to be saved, not shown.",
      headers = {
        @Header(name = "ETag", ref = "Tag"),
        @Header(name = "Accept-Ranges", ref = "Ranges"),
        @Header(name = "Content-Disposition", ref = "Saved"),
        @Header(name = "Content-Security-Policy", ref = "Sandbox")
      },
      content = @Content(mediaType = "*/*", schema = @Schema(ref = "Bytes")))
  @ApiResponse(responseCode = "206", ref = "PartOfFile")
  @ApiResponse(responseCode = "304", ref = "NotModified")
  @ApiResponse(responseCode = "416", ref = "BeyondFile")
  @interface OneFile {}

  @Operation(operationId = "getArtifact", tags = "Files")
  @OneFile
  @Parameter(name = "name", in = ParameterIn.PATH, ref = "ArtifactName")
  @interface GetArtifact {}

  @Operation(operationId = "getLargeValue", tags = "Files")
  @OneFile
  @Parameter(name = "sha256", in = ParameterIn.PATH, ref = "Sha256")
  @interface GetLargeValue {}

  @Operation(operationId = "getArchive", tags = "Files")
  @OneJob
  @ApiResponse(
      responseCode = "200",
      description = "The newest file of each name.",
      headers = {@Header(name = "Content-Disposition", ref = "Saved")},
      content = @Content(mediaType = "application/zip", schema = @Schema(ref = "Bytes")))
  @interface GetArchive {}

  @Operation(operationId = "uploadFile", tags = "Files", requestBody = @RequestBody(ref = "File"))
  @SignedIn
  @Sent
  @ApiResponse(
      responseCode = "201",
      description = "It is kept.",
      content = @Content(mediaType = "application/json", schema = @Schema(ref = "Upload")))
  @interface UploadFile {}

  @Operation(operationId = "isAlive", tags = "Health")
  @Whatever
  @ApiResponse(
      responseCode = "200",
      description = "It lives.",
      content = @Content(mediaType = "application/json", schema = @Schema(ref = "Liveness")))
  @interface IsAlive {}

  @Operation(operationId = "isReady", tags = "Health")
  @Whatever
  @ApiResponse(
      responseCode = "200",
      description = "It can work.",
      content = @Content(mediaType = "application/json", schema = @Schema(ref = "Readiness")))
  @ApiResponse(
      responseCode = "503",
      description = "Something is away.",
      content = @Content(mediaType = "application/json", schema = @Schema(ref = "Readiness")))
  @interface IsReady {}
}
