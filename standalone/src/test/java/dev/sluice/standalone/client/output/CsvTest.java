package dev.sluice.standalone.client.output;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class CsvTest {

  @Test
  void valuesAreQuotedWhereCsvRequiresIt() {
    JsonNode item =
        Json.mapper().createObjectNode().put("a", "one, two").put("b", "say \"yes\"").put("c", 3);

    assertThat(Csv.lines(List.of("c", "a", "b", "missing"), List.of(item)))
        .containsExactly("c,a,b,missing", "3,\"one, two\",\"say \"\"yes\"\"\",");
  }

  @Test
  void aTitleIsNoFormulaOfASpreadsheetAndNoSecondLine() throws Exception {
    JsonNode item =
        Json.mapper().readTree("{\"a\": \"=HYPERLINK(1)\", \"b\": \"x\\ny\", \"c\": \"@x\"}");

    assertThat(Csv.lines(List.of("a", "b", "c"), List.of(item)))
        .containsExactly("a,b,c", "'=HYPERLINK(1),x\\ny,'@x");
  }

  @Test
  void withoutItemsThereIsTheHeader() {
    assertThat(Csv.lines(List.of("a", "b"), List.of())).containsExactly("a,b");
  }
}
