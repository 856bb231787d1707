/** @jsxImportSource preact */
/**
 * The components. Each renders again when a signal that it has read changes; rows that stay the same are the
 * same objects.
 *
 * @module
 */
import type { JSX } from "preact";
import { FILTERS, type Todo, type TodoList } from "./todo_list.ts";

export function TodoApp({ list }: { readonly list: TodoList }): JSX.Element {
  return (
    <main>
      <NewTodo list={list} />
      <Todos list={list} />
      <Footer list={list} />
    </main>
  );
}

function NewTodo({ list }: { readonly list: TodoList }): JSX.Element {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (!(form instanceof HTMLFormElement)) return;
    const title = String(new FormData(form).get("title") ?? "").trim();
    if (title) void list.add(title).then(() => form.reset());
  };
  return (
    <form onSubmit={submit}>
      <input name="title" placeholder="What is to be done?" />
    </form>
  );
}

function Todos({ list }: { readonly list: TodoList }): JSX.Element {
  if (list.shown.status.value === "loading") return <p>One moment</p>;
  return <ul>{list.shown.value.map((todo) => <Item key={todo.id} todo={todo} list={list} />)}</ul>;
}

function Item({ todo, list }: { readonly todo: Todo; readonly list: TodoList }): JSX.Element {
  return (
    <li class={todo.done ? "done" : "open"}>
      <input type="checkbox" checked={todo.done} onChange={() => void list.toggle(todo)} />
      {todo.title}
    </li>
  );
}

function Footer({ list }: { readonly list: TodoList }): JSX.Element {
  const left = list.left.value ?? 0;
  return (
    <footer>
      <b>{`${left} ${left === 1 ? "todo" : "todos"} left`}</b>
      {FILTERS.map((filter) => (
        <button
          key={filter}
          type="button"
          disabled={list.filter.value === filter}
          onClick={() => list.filter.value = filter}
        >
          {filter}
        </button>
      ))}
    </footer>
  );
}
