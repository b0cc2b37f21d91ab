package dev.millrace;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.targetOwner;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.SimpleConditionEvent.violated;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import java.time.Clock;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.NullMarked;

/**
 * The shape of the house: which rooms there are, who may use whom, and what nobody does. A room
 * that does not exist yet breaks no rule. When the map is wrong, change the map first, in an ADR.
 */
final class Shape {
  private static final String HOUSE = Shape.class.getPackageName();

  /** Each room with the rooms it may use. The root, {@code ""}, wires them and may use all. */
  private static final Map<String, Set<String>> ROOMS =
      Map.ofEntries(
          Map.entry("job", Set.of()),
          Map.entry("storage", Set.of("job")),
          Map.entry("journal", Set.of("job", "storage")),
          Map.entry("artifact", Set.of("job", "storage")),
          Map.entry("bus", Set.of("job")),
          Map.entry("intake", Set.of("job", "journal", "artifact", "bus")),
          Map.entry("session", Set.of("job")),
          Map.entry("model", Set.of("job")),
          Map.entry("tool", Set.of("job", "session", "artifact")),
          Map.entry("agent", Set.of("job", "journal", "artifact", "model", "session", "tool")),
          Map.entry("workflow", Set.of("job", "journal", "artifact", "session", "agent")),
          Map.entry("batch", Set.of("job", "journal", "artifact", "bus", "intake")),
          Map.entry(
              "worker",
              Set.of("job", "journal", "artifact", "bus", "intake", "agent", "workflow", "batch")),
          Map.entry(
              "http",
              Set.of(
                  "job",
                  "journal",
                  "artifact",
                  "bus",
                  "intake",
                  "agent",
                  "model",
                  "tool",
                  "batch",
                  "security")),
          Map.entry("security", Set.of("job", "storage", "tool")),
          Map.entry("function", Set.of("job", "artifact", "bus", "worker", "batch", "http")),
          Map.entry("cli", Set.of("job")),
          Map.entry("broker", Set.of()),
          Map.entry("amqp", Set.of("broker")));

  /** One SDK, one room; the root builds the clients. */
  private static final Map<String, String> SDKS =
      Map.of(
          "com.azure.messaging", "bus",
          "com.azure.storage", "storage",
          "com.azure.ai.openai", "model",
          "org.apache.qpid", "amqp",
          "org.h2", "broker",
          "com.microsoft.azure.functions", "function",
          "io.micronaut.azure.function", "function",
          "com.nimbusds", "security",
          "io.github.bucket4j", "security");

  static final ArchRule EACH_ROOM_USES_THE_ROOMS_IT_MAY =
      all(
          "use only the rooms that the map allows",
          (from, report) -> {
            for (var use : from.getDirectDependenciesFromSelf()) {
              var to = use.getTargetClass();
              if (inHouse(to) && !mayUse(room(from), room(to))) {
                report.accept(use.getDescription(), from);
              }
            }
          });

  static final ArchRule EVERY_PACKAGE_IS_ON_THE_MAP =
      all(
          "live in a room of the map",
          (type, report) -> {
            if (!room(type).isEmpty() && !ROOMS.containsKey(room(type))) {
              report.accept(type.getName() + " is in no room of the map", type);
            }
          });

  static final ArchRule NO_CYCLES =
      slices().matching(HOUSE + ".(*)..").should().beFreeOfCycles().allowEmptyShould(true);

  /** How a pool is spoken to does not depend on what its sessions are made to promise. */
  static final ArchRule THE_REST_CONTRACT_KNOWS_NO_SESSION_MADE_OF_IT =
      noClasses()
          .that()
          .resideInAPackage(HOUSE + ".session.rest..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(HOUSE + ".session.pool..")
          .allowEmptyShould(true);

  static final ArchRule NAMES_SAY_WHAT_A_THING_IS =
      noClasses()
          .should()
          .haveNameMatching(".*(Impl|Service|Manager|Helper|Utils?)")
          .orShould()
          .haveNameMatching(".*[.$]Abstract[A-Z][^.]*")
          .orShould()
          .resideInAnyPackage(
              "..util..", "..utils..", "..common..", "..impl..", "..helper..", "..helpers..");

  static final ArchRule EVERY_PACKAGE_IS_NULL_MARKED =
      all(
          "be in a @NullMarked package",
          (type, report) -> {
            if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
              report.accept(type.getName() + " is in a package without @NullMarked", type);
            }
          });

  static final ArchRule THE_NOUNS_KNOW_NO_FRAMEWORK =
      only("job", "java..", "javax.crypto..", "org.jspecify..");

  static final ArchRule THE_BROKER_KNOWS_NO_FRAMEWORK =
      only(
          "broker",
          "java..",
          "javax.crypto..",
          "org.jspecify..",
          "org.slf4j..",
          "org.h2.mvstore..");

  static final ArchRule THE_AGENT_SEES_NO_SDK =
      noClasses()
          .that()
          .resideInAPackage(HOUSE + ".agent..")
          .and()
          .haveSimpleNameNotEndingWith("Settings")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "com.azure..", "com.microsoft..", "io.micronaut..", "io.netty..", "reactor..")
          .allowEmptyShould(true);

  static final ArchRule ONE_SDK_ONE_ROOM =
      all(
          "leave each SDK to its room",
          (from, report) -> {
            for (var use : from.getDirectDependenciesFromSelf()) {
              SDKS.forEach(
                  (sdk, room) -> {
                    if (use.getTargetClass().getPackageName().startsWith(sdk)
                        && !Set.of(room, "").contains(room(from))) {
                      report.accept(use.getDescription(), from);
                    }
                  });
            }
          });

  /** Time comes from an InstantSource, which the root makes. */
  static final ArchRule NOBODY_READS_THE_CLOCK =
      noClasses()
          .should()
          .accessTargetWhere(
              method(System.class, "currentTimeMillis")
                  .or(
                      targetOwner(resideInAPackage("java.time"))
                          .and(target(nameMatching("now")))
                          .and(describe("without a clock", Shape::takesNothing))))
          .as("nobody should read the wall clock");

  static final ArchRule ONLY_THE_ROOT_MAKES_A_CLOCK =
      noClasses()
          .that()
          .resideOutsideOfPackage(HOUSE)
          .should()
          .accessTargetWhere(
              method(InstantSource.class, "system").or(method(Clock.class, "system.*")))
          .allowEmptyShould(true);

  static final ArchRule NOBODY_SLEEPS =
      noClasses()
          .should()
          .accessTargetWhere(method(Thread.class, "sleep").or(method(TimeUnit.class, "sleep")))
          .as("nobody should sleep");

  static final ArchRule NO_INJECTED_FIELDS =
      noFields().should().beAnnotatedWith("jakarta.inject.Inject").allowEmptyShould(true);

  /** Commands print through picocli's writers, so there is no exception. */
  static final ArchRule NO_STANDARD_STREAMS = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

  static final List<ArchRule> RULES =
      List.of(
          EACH_ROOM_USES_THE_ROOMS_IT_MAY,
          EVERY_PACKAGE_IS_ON_THE_MAP,
          NO_CYCLES,
          THE_REST_CONTRACT_KNOWS_NO_SESSION_MADE_OF_IT,
          NAMES_SAY_WHAT_A_THING_IS,
          EVERY_PACKAGE_IS_NULL_MARKED,
          THE_NOUNS_KNOW_NO_FRAMEWORK,
          THE_BROKER_KNOWS_NO_FRAMEWORK,
          THE_AGENT_SEES_NO_SDK,
          ONE_SDK_ONE_ROOM,
          NOBODY_READS_THE_CLOCK,
          ONLY_THE_ROOT_MAKES_A_CLOCK,
          NOBODY_SLEEPS,
          NO_INJECTED_FIELDS,
          NO_STANDARD_STREAMS);

  private Shape() {}

  private static boolean mayUse(String from, String to) {
    return from.equals(to) || from.isEmpty() || ROOMS.getOrDefault(from, Set.of()).contains(to);
  }

  private static boolean inHouse(JavaClass type) {
    return type.getPackageName().equals(HOUSE) || type.getPackageName().startsWith(HOUSE + ".");
  }

  /** A package below a room counts as the room. */
  private static String room(JavaClass type) {
    var below = type.getPackageName().substring(HOUSE.length());
    return below.isEmpty() ? "" : below.substring(1).split("\\.")[0];
  }

  private static ArchRule only(String room, String... packages) {
    var allowed = new ArrayList<>(List.of(packages));
    allowed.add(HOUSE + "." + room + "..");
    return classes()
        .that()
        .resideInAPackage(HOUSE + "." + room + "..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(allowed.toArray(String[]::new))
        .allowEmptyShould(true);
  }

  private static ArchRule all(
      String should, BiConsumer<JavaClass, BiConsumer<String, JavaClass>> check) {
    return classes()
        .should(
            new ArchCondition<>(should) {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                check.accept(type, (what, where) -> events.add(violated(where, what)));
              }
            });
  }

  private static boolean takesNothing(JavaAccess<?> access) {
    return access.getTarget() instanceof CodeUnitAccessTarget method
        && method.getRawParameterTypes().isEmpty();
  }

  private static DescribedPredicate<JavaAccess<?>> method(Class<?> owner, String name) {
    return targetOwner(assignableTo(owner)).and(target(nameMatching(name)));
  }
}
