// What is asked of GitHub's GraphQL. The tests hold every text against the published schema.

/** Whether the credential may change issues. */
export const HEALTH = `query Health($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) { viewerPermission }
}`;

const CARDS = `id
  field(name: $field) { ... on ProjectV2SingleSelectField { id options { id name } } }
  items(first: 100, after: $after) {
    nodes {
      id isArchived
      fieldValueByName(name: $field) { ... on ProjectV2ItemFieldSingleSelectValue { name } }
      content { ... on Issue { number repository { nameWithOwner } } }
    }
    pageInfo { hasNextPage endCursor }
  }`;

/** A page of a board's cards, with its columns. */
export const BOARD = `query Board($owner: String!, $number: Int!, $field: String!, $after: String) {
  organization(login: $owner) { projectV2(number: $number) { ${CARDS} } }
  user(login: $owner) { projectV2(number: $number) { ${CARDS} } }
}`;

export const ADD_ITEM = `mutation AddItem($project: ID!, $content: ID!) {
  addProjectV2ItemById(input: { projectId: $project, contentId: $content }) { item { id } }
}`;

export const SET_STATUS = `mutation SetStatus($project: ID!, $item: ID!, $field: ID!, $option: String!) {
  updateProjectV2ItemFieldValue(
    input: { projectId: $project, itemId: $item, fieldId: $field, value: { singleSelectOptionId: $option } }
  ) { projectV2Item { id } }
}`;
