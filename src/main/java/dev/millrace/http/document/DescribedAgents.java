package dev.millrace.http.document;

import dev.millrace.http.document.Described.Paged;
import dev.millrace.http.document.Described.SignedIn;
import dev.millrace.http.document.Described.Whatever;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;

/** {@link Described} for agents, conversations and metrics. */
public interface DescribedAgents {
  @Operation(operationId = "listAgents", tags = "Agents")
  @SignedIn
  @ApiResponse(
      responseCode = "200",
      description = "All of them.",
      content = @Content(mediaType = "application/json", schema = @Schema(ref = "AgentList")))
  @interface ListAgents {}

  @Operation(operationId = "getAgent", tags = "Agents")
  @SignedIn
  @Parameter(name = "name", in = ParameterIn.PATH, ref = "AgentName")
  @ApiResponse(
      responseCode = "200",
      description = "The agent.",
      content = @Content(mediaType = "application/json", schema = @Schema(ref = "Agent")))
  @ApiResponse(responseCode = "404", ref = "Unknown")
  @interface GetAgent {}

  /** What any operation on one conversation may answer. */
  @SignedIn
  @Parameter(name = "agent", in = ParameterIn.PATH, ref = "ConversationAgent")
  @Parameter(name = "sessionId", in = ParameterIn.PATH, ref = "SessionId")
  @Parameter(name = "owner", in = ParameterIn.QUERY, ref = "OwnerName")
  @ApiResponse(responseCode = "404", ref = "Unknown")
  @interface OneConversation {}

  @Operation(operationId = "listConversations", tags = "Conversations")
  @SignedIn
  @Paged
  @Parameter(name = "owner", in = ParameterIn.QUERY, ref = "OwnerName")
  @ApiResponse(
      responseCode = "200",
      description = "One page of them.",
      headers = {@Header(name = "Link", ref = "Next")},
      content =
          @Content(mediaType = "application/json", schema = @Schema(ref = "ConversationList")))
  @ApiResponse(responseCode = "404", ref = "Unknown")
  @interface ListConversations {}

  @Operation(operationId = "getConversation", tags = "Conversations")
  @OneConversation
  @Paged
  @ApiResponse(
      responseCode = "200",
      description = "The conversation, and some of its turns.",
      headers = {@Header(name = "Link", ref = "Next")},
      content = @Content(mediaType = "application/json", schema = @Schema(ref = "History")))
  @interface GetConversation {}

  @Operation(operationId = "resetConversation", tags = "Conversations")
  @OneConversation
  @ApiResponse(responseCode = "204", description = "Later turns see nothing of what was before.")
  @interface ResetConversation {}

  @Operation(operationId = "deleteConversation", tags = "Conversations")
  @OneConversation
  @ApiResponse(responseCode = "204", description = "It is deleted; its jobs are not.")
  @ApiResponse(responseCode = "409", ref = "Conflict")
  @interface DeleteConversation {}

  @Operation(operationId = "getMetrics", tags = "Health")
  @Whatever
  @ApiResponse(
      responseCode = "200",
      description = "Numbers, as Prometheus reads them.",
      content = @Content(mediaType = "text/plain", schema = @Schema(type = "string")))
  @interface GetMetrics {}
}
