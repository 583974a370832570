"""The GraphQL queries that are sent to GitHub.

What belongs here: their text. Types and fields: https://docs.github.com/en/graphql/reference. What a query costs follows from
the sizes of its nested pages (https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api): a page
of 100 issues with comments 2 points, a page of 50 discussions with comments and replies 11.
"""

LABELS_PAGE = 100  # GitHub allows an item at most 100 labels, so that there is never a second page
ISSUE_COMMENTS_PAGE = 50
DISCUSSION_COMMENTS_PAGE = 20
REPLIES_PAGE = 20
FOLLOWING_PAGE = 100

_ITEM = f"""
    id number title createdAt updatedAt url
    author {{ login }}
    repository {{ nameWithOwner }}
    labels(first: {LABELS_PAGE}) {{ totalCount nodes {{ name }} }}
    reactions {{ totalCount }}
"""

_COMMENT = """
    id createdAt updatedAt
    author { login }
    reactions { totalCount }
"""

_PAGE_INFO = "pageInfo { hasNextPage endCursor }"

_DISCUSSION_COMMENT = f"""
    {_COMMENT}
    replies(first: {REPLIES_PAGE}) {{ {_PAGE_INFO} nodes {{ {_COMMENT} }} }}
"""

ISSUES = f"""
query Issues($search: String!, $first: Int!, $after: String, $withComments: Boolean!) {{
  search(query: $search, type: ISSUE, first: $first, after: $after) {{
    count: issueCount
    {_PAGE_INFO}
    nodes {{
      ... on Issue {{
        {_ITEM}
        state closedAt
        thumbsUp: reactions(content: THUMBS_UP) {{ totalCount }}
        commentCount: comments {{ totalCount }}
        comments(first: {ISSUE_COMMENTS_PAGE}) @include(if: $withComments) {{ {_PAGE_INFO} nodes {{ {_COMMENT} }} }}
      }}
    }}
  }}
}}
"""

DISCUSSIONS = f"""
query Discussions($search: String!, $first: Int!, $after: String, $withComments: Boolean!) {{
  search(query: $search, type: DISCUSSION, first: $first, after: $after) {{
    count: discussionCount
    {_PAGE_INFO}
    nodes {{
      ... on Discussion {{
        {_ITEM}
        answerChosenAt isAnswered upvoteCount
        category {{ name }}
        commentCount: comments {{ totalCount }}
        comments(first: {DISCUSSION_COMMENTS_PAGE}) @include(if: $withComments) {{
          {_PAGE_INFO}
          nodes {{ {_DISCUSSION_COMMENT} }}
        }}
      }}
    }}
  }}
}}
"""

ISSUE_COMMENTS = f"""
query IssueComments($id: ID!, $after: String) {{
  node(id: $id) {{
    ... on Issue {{
      connection: comments(first: {FOLLOWING_PAGE}, after: $after) {{ {_PAGE_INFO} nodes {{ {_COMMENT} }} }}
    }}
  }}
}}
"""

DISCUSSION_COMMENTS = f"""
query DiscussionComments($id: ID!, $after: String) {{
  node(id: $id) {{
    ... on Discussion {{
      connection: comments(first: {FOLLOWING_PAGE}, after: $after) {{ {_PAGE_INFO} nodes {{ {_DISCUSSION_COMMENT} }} }}
    }}
  }}
}}
"""

REPLIES = f"""
query Replies($id: ID!, $after: String) {{
  node(id: $id) {{
    ... on DiscussionComment {{
      connection: replies(first: {FOLLOWING_PAGE}, after: $after) {{ {_PAGE_INFO} nodes {{ {_COMMENT} }} }}
    }}
  }}
}}
"""

REPOSITORY = """
query Repository($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) { id }
}
"""
