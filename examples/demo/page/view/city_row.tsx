/** @jsxImportSource preact */
import type { JSX } from "preact";
import { wholeNumber } from "../filters.ts";
import type { City } from "../queries.ts";
import { EditCell } from "./edit_cell.tsx";
import { useExplorer } from "./explorer.ts";
import { StarButton } from "./star_button.tsx";
import { latitudeText, numberText } from "./words.ts";

export function CityRow({ city }: { city: City }): JSX.Element {
  const { pointed, actions } = useExplorer();
  const point = (): void => {
    pointed.value = city;
  };
  const { id, name, population, land, latitude } = city;
  return (
    <tr onPointerEnter={point} onFocusCapture={point}>
      <td class="star">
        <StarButton city={id} name={name} />
      </td>
      <th scope="row" class="name">
        <EditCell
          label={`Name of ${name}`}
          text={name}
          shown={name}
          onSave={(text) => actions.edit(city, { name: text })}
        />
        <small>{land.name}</small>
      </th>
      <td class="country">{land.name}</td>
      <td class="population">
        <EditCell
          label={`People in ${name}`}
          text={`${population}`}
          shown={numberText(population)}
          isNumber
          onSave={(text) => actions.edit(city, { population: peopleIn(text) })}
        />
      </td>
      <td class="latitude">{latitudeText(latitude)}</td>
    </tr>
  );
}

function peopleIn(text: string): number {
  const number = wholeNumber(text.replaceAll(",", ""));
  if (number === null) throw new RangeError("Cannot save people as a whole number: it is none");
  return number;
}
